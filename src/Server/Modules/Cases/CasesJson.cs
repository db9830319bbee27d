using System.Text.Json;
using System.Text.Json.Serialization;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Json;
using Consilium.Platform.Paging;

namespace Consilium.Modules.Cases;

/// <summary>Serializers made at compile time for the hot routes and the streams.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MessageResponse))]
[JsonSerializable(typeof(Page<MessageResponse>))]
[JsonSerializable(typeof(Page<Attachment>))]
[JsonSerializable(typeof(CaseResponse))]
[JsonSerializable(typeof(Page<CaseResponse>))]
[JsonSerializable(typeof(PostMessageRequest))]
[JsonSerializable(typeof(LiveEvent<MessageResponse>))]
[JsonSerializable(typeof(AiOrigin))]
internal sealed partial class CasesJson : JsonSerializerContext
{
    /// <summary>The product's rules (times, enums, escapes) with this context's types.</summary>
    public static CasesJson Product { get; } = new(ProductOptions());

    static JsonSerializerOptions ProductOptions()
    {
        var options = new JsonSerializerOptions();
        JsonModule.Configure(options);
        return options;
    }
}
