using System.Text.Json;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Care;

/// <summary>How a request changes what is there: a member that it does not name stays, null or an empty text clears, anything else replaces.</summary>
internal sealed class PartialUpdate
{
    readonly HashSet<string> cleared = new(StringComparer.Ordinal);

    /// <summary>For something new, of which nothing is there to stay.</summary>
    public static PartialUpdate OfNothing { get; } = new();

    /// <summary>Of the request's body: what it names with null does not reach the bound request.</summary>
    public static PartialUpdate Of(HttpContext http)
    {
        var update = new PartialUpdate();
        using var body = JsonDocument.Parse(StrictJsonBody.Bytes(http));
        update.FindNulls(body.RootElement);
        return update;
    }

    /// <summary>A name cannot be cleared.</summary>
    public ProblemHttpResult? FaultOfName => Clears("Name") ? Problems.Invalid("name", "must not be empty.") : null;

    /// <param name="member">The member's name in C#.</param>
    public bool Clears(string member) => cleared.Contains(JsonPaths.OfMember(member));

    public string? Text(string member, string? given, string? present) => given is null ? Kept(member, present) : Tidy(given);

    public T? Value<T>(string member, T? given, T? present) where T : struct => given ?? Kept(member, present);

    public string[] Texts(string member, IReadOnlyList<string>? given, string[] present) =>
        given is null ? Kept(member, present) ?? [] : [.. given.Select(text => text.Trim()).Distinct(StringComparer.Ordinal)];

    T? Kept<T>(string member, T? present) => Clears(member) ? default : present;

    static string? Tidy(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    // Nested objects group members whose names are unique without the group (medical_info).
    void FindNulls(JsonElement given)
    {
        foreach (var member in given.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null) cleared.Add(member.Name);
            else if (member.Value.ValueKind == JsonValueKind.Object) FindNulls(member.Value);
        }
    }
}
