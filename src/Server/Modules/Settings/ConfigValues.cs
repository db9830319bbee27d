using System.Text.Json;

namespace Consilium.Modules.Settings;

/// <summary>What every value keeps to, whatever its key.</summary>
internal static class ConfigValues
{
    /// <summary>Levels of arrays and objects; answers wrap values in up to four more, and JSON here has at most 32.</summary>
    public const int MaxDepth = 28;

    public const string TooDeep = "The value is nested deeper than 28 levels.";

    public static readonly JsonElement Null = JsonElement.Parse("null");

    public static bool IsTooDeep(JsonElement value, int depth = 0) => value.ValueKind switch
    {
        JsonValueKind.Array => depth == MaxDepth || value.EnumerateArray().Any(element => IsTooDeep(element, depth + 1)),
        JsonValueKind.Object => depth == MaxDepth || value.EnumerateObject().Any(member => IsTooDeep(member.Value, depth + 1)),
        _ => false,
    };
}
