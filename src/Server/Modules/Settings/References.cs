using System.Text.Json;

namespace Consilium.Modules.Settings;

/// <summary>What a reference found. Null as <paramref name="Value"/>: an encrypted value that is not to be shown, <see cref="References.Mask"/> stands for it.</summary>
internal readonly record struct LookedUp(JsonElement? Value);

/// <summary>A value with its references replaced, or why that cannot be.</summary>
internal sealed record Resolution(JsonElement? Value, string? Error);

internal static class References
{
    public const string Mask = "********";

    /// <summary>Why a value's references cannot be right, in words for its writer; null where nothing is wrong.</summary>
    public static string? Fault(JsonElement value) => throw new NotSupportedException();

    /// <summary>The distinct keys that a value refers to, in order of their first appearance.</summary>
    public static IReadOnlyList<string> In(JsonElement value) => throw new NotSupportedException();

    /// <summary>The value of <paramref name="key"/> with all references replaced by what <paramref name="lookup"/> finds, resolved in turn.</summary>
    public static Resolution Resolve(string key, JsonElement value, Func<string, LookedUp?> lookup) => throw new NotSupportedException();

    /// <summary>The keys of a cycle that can be reached, the first one again at its end; null without one.</summary>
    public static IReadOnlyList<string>? FindCycle(Func<string, IEnumerable<string>> refsOf, IEnumerable<string> from) => throw new NotSupportedException();
}
