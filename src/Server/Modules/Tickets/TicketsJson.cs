using System.Text.Json;
using System.Text.Json.Serialization;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Json;
using Consilium.Platform.Paging;

namespace Consilium.Modules.Tickets;

/// <summary>Serializers made at compile time for the hot routes and the streams.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TicketMessageResponse))]
[JsonSerializable(typeof(Page<TicketMessageResponse>))]
[JsonSerializable(typeof(Page<TicketResponse>))]
[JsonSerializable(typeof(PostTicketMessageRequest))]
[JsonSerializable(typeof(LiveEvent<TicketMessageResponse>))]
[JsonSerializable(typeof(AiOrigin))]
internal sealed partial class TicketsJson : JsonSerializerContext
{
    /// <summary>The product's rules (times, enums, escapes) with this context's types.</summary>
    public static TicketsJson Product { get; } = new(ProductOptions());

    static JsonSerializerOptions ProductOptions()
    {
        var options = new JsonSerializerOptions();
        JsonModule.Configure(options);
        return options;
    }
}
