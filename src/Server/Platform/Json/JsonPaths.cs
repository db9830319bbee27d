using System.Text.Json;

namespace Consilium.Platform.Json;

/// <summary>Field names of error maps: what the client wrote, not what the code calls it.</summary>
internal static class JsonPaths
{
    /// <summary>The name of a body that is wrong as a whole.</summary>
    public const string Body = "$";

    /// <summary>A member or parameter of the code: <c>ReplyTo</c> becomes <c>reply_to</c>.</summary>
    public static string OfMember(string member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member);

    /// <summary>A path in the body as the serializer gives it: <c>$.attachments[0].file_name</c> loses its root and keeps the client's spelling.</summary>
    public static string OfPath(string? path)
    {
        if (string.IsNullOrEmpty(path) || path == Body) return Body;
        return path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path.TrimStart('$');
    }
}
