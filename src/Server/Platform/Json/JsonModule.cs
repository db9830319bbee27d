using System.Text.Json;
using System.Text.Json.Serialization;

namespace Consilium.Platform.Json;

internal static class JsonModule
{
    /// <summary>snake_case names and enum values, times as <c>2026-01-31T09:30:00.123456Z</c>, unknown members ignored.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.MaxDepth = StrictJson.MaxDepth;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // answers are application/json with nosniff, never HTML
        options.Converters.Add(new UtcTimes());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }
}
