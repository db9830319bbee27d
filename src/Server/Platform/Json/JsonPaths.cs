using System.Text.Json;

namespace Consilium.Platform.Json;

/// <summary>Field names of error maps: what the client wrote, not what the code calls it.</summary>
internal static class JsonPaths
{
    /// <summary><c>$.reply_to</c> and <c>ReplyTo</c> become <c>reply_to</c>; the whole body is <c>$</c>.</summary>
    public static string ToField(string? path)
    {
        if (string.IsNullOrEmpty(path) || path == "$") return "$";
        var name = path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path;
        return string.Join('.', name.Split('.').Select(JsonNamingPolicy.SnakeCaseLower.ConvertName));
    }
}
