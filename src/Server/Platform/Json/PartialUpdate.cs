using System.Text.Json;
using Consilium.Platform.Errors;
using Consilium.Platform.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Platform.Json;

/// <summary>
/// How a request's body changes what is there: a member that it does not name stays, null or an empty text clears, anything else replaces. Null on an
/// object clears everything in it. The bound request can't tell null from absent, the body can.
/// </summary>
internal sealed class PartialUpdate
{
    readonly JsonElement body;

    PartialUpdate(JsonElement body) => this.body = body;

    /// <summary>For something new, of which nothing is there to stay.</summary>
    public static PartialUpdate OfNothing { get; } = new(default);

    public static PartialUpdate Of(HttpContext http)
    {
        using var document = JsonDocument.Parse(StrictJsonBody.Bytes(http));
        return new(document.RootElement.Clone());
    }

    /// <summary>What to answer when one of the members is null and cannot be.</summary>
    /// <param name="members">Their names in C#.</param>
    public ProblemHttpResult? FaultOf(params string[] members)
    {
        var faults = members.Where(member => Clears(member)).ToDictionary(
            JsonPaths.OfMember, _ => new[] { "cannot be cleared: leave it out to keep it." }, StringComparer.Ordinal);
        return faults.Count == 0 ? null : Problems.Invalid(faults);
    }

    /// <param name="path">The names in C# of the members that lead to it.</param>
    public bool Clears(params ReadOnlySpan<string> path)
    {
        var at = body;
        foreach (var member in path)
        {
            if (at.ValueKind == JsonValueKind.Null) return true;
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(JsonPaths.OfMember(member), out at)) return false;
        }
        return at.ValueKind == JsonValueKind.Null;
    }

    public string? Text(string member, string? given, string? present) => given is null ? Kept(member, present) : given.TrimmedOrNull();

    /// <summary>The same for who writes it further on: null leaves it, an empty text clears it.</summary>
    public string? Text(string member, string? given) => given?.Trimmed() ?? (Clears(member) ? "" : null);

    public T? Value<T>(string member, T? given, T? present) where T : struct => given ?? Kept(member, present);

    public string[] Texts(string member, IReadOnlyList<string>? given, string[] present) => given is null ? Kept(member, present) ?? [] : Tidy(given);

    /// <summary>Of a list that may stand in a group or outside: outside counts.</summary>
    public string[] Texts(string group, string member, IReadOnlyList<string>? inGroup, IReadOnlyList<string>? outside, string[] present)
    {
        if (outside is not null || Clears(member)) return Texts(member, outside, present);
        return inGroup is not null ? Tidy(inGroup) : Clears(group, member) ? [] : present;
    }

    T? Kept<T>(string member, T? present) => Clears(member) ? default : present;

    static string[] Tidy(IReadOnlyList<string> texts) => [.. texts.Select(text => text.Trimmed()).Distinct(StringComparer.Ordinal)];
}
