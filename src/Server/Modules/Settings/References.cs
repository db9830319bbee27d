using System.Text.Json;

namespace Consilium.Modules.Settings;

/// <summary>What a reference found. Null as <paramref name="Value"/>: an encrypted value that is not to be shown, <see cref="References.Mask"/> stands for it.</summary>
internal readonly record struct LookedUp(JsonElement? Value);

/// <summary>A value with its references replaced, or why that cannot be.</summary>
internal sealed record Resolution(JsonElement? Value, string? Error);

/// <summary>A part of a text: words, or the key of the entry whose value belongs there.</summary>
internal readonly record struct TextPart(string Text, bool IsReference);

/// <summary>
/// References of values to other entries: <c>${other.key}</c> anywhere in their strings, <c>$${</c> where the characters <c>${</c> themselves are
/// meant. Names of members are never references.
/// </summary>
internal static class References
{
    public const string Mask = "********";

    /// <summary>What stands for an encrypted value wherever it is shown.</summary>
    public static readonly JsonElement Masked = JsonSerializer.SerializeToElement(Mask);

    const string Open = "${";

    /// <summary>Why a value's references cannot be right, in words for its writer; null where nothing is wrong.</summary>
    public static string? Fault(JsonElement value) => Strings(value).All(text => Parts(text) is not null)
        ? null
        : "In a text stands ${ without the key of another entry and } after it. Write $${ where these characters themselves are meant.";

    /// <summary>The distinct keys that a value refers to, in order of their first appearance.</summary>
    public static IReadOnlyList<string> In(JsonElement value) => [.. Strings(value)
        .SelectMany(text => Parts(text) ?? [])
        .Where(part => part.IsReference).Select(part => part.Text).Distinct(StringComparer.Ordinal)];

    /// <summary>
    /// The value of <paramref name="key"/> with all references replaced by what <paramref name="lookup"/> finds, resolved in turn. A string that
    /// is one reference becomes the value itself; within longer text stand strings as they are, numbers and booleans as JSON.
    /// </summary>
    public static Resolution Resolve(string key, JsonElement value, Func<string, LookedUp?> lookup)
    {
        using var resolver = new ReferenceResolver(lookup);
        return resolver.Resolve(key, value);
    }

    /// <summary>The keys of a cycle that can be reached, the first one again at its end; null without one.</summary>
    public static IReadOnlyList<string>? FindCycle(Func<string, IEnumerable<string>> refsOf, IEnumerable<string> from)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<string>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var ahead = new Stack<Queue<string>>(); // of each key of the path; a stack of our own, as chains may be long
        foreach (var start in from)
        {
            if (!done.Contains(start)) Enter(start);
            while (ahead.TryPeek(out var next))
            {
                if (!next.TryDequeue(out var key)) Leave();
                else if (places.TryGetValue(key, out var place)) return [.. path[place..], key];
                else if (!done.Contains(key)) Enter(key);
            }
        }
        return null;

        void Enter(string key)
        {
            places[key] = path.Count;
            path.Add(key);
            ahead.Push(new(refsOf(key)));
        }

        void Leave()
        {
            var key = path[^1];
            path.RemoveAt(path.Count - 1);
            places.Remove(key);
            ahead.Pop();
            done.Add(key);
        }
    }

    /// <summary>A text in its parts; null where <c>${</c> has no key and <c>}</c> after it.</summary>
    public static List<TextPart>? Parts(string text)
    {
        var parts = new List<TextPart>();
        var rest = text.AsSpan();
        while (rest.IndexOf(Open, StringComparison.Ordinal) is var at and >= 0)
        {
            if (at > 0 && rest[at - 1] == '$')
            {
                parts.Add(new($"{rest[..(at - 1)]}{Open}", false));
                rest = rest[(at + Open.Length)..];
                continue;
            }
            if (at > 0) parts.Add(new(rest[..at].ToString(), false));
            rest = rest[(at + Open.Length)..];
            // No further than the longest key, or a text of nothing but ${ would be read over and over.
            var end = rest[..Math.Min(rest.Length, ConfigKeys.MaxKey + 1)].IndexOf('}');
            if (end < 0 || rest[..end].ToString() is var key && !ConfigKeys.IsKey(key)) return null;
            parts.Add(new(key, true));
            rest = rest[(end + 1)..];
        }
        if (rest.Length > 0) parts.Add(new(rest.ToString(), false));
        return parts;
    }

    static IEnumerable<string> Strings(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Strings(member.Value)),
        _ => [],
    };
}
