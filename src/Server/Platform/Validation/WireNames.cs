using System.Text.Json;
using FluentValidation;

namespace Consilium.Platform.Validation;

/// <summary>The names of an enum's values on the wire and in the database: in snake case, and exactly so.</summary>
internal static class WireNames<T> where T : struct, Enum
{
    static readonly Dictionary<string, T> Values =
        Enum.GetValues<T>().ToDictionary(value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()), StringComparer.Ordinal);

    static readonly Dictionary<T, string> Names = Values.ToDictionary(entry => entry.Value, entry => entry.Key);

    public static string Of(T value) => Names[value];

    /// <summary>Null for anything else.</summary>
    public static T? Parse(string? name) => name is not null && Values.TryGetValue(name, out var value) ? value : null;

    /// <summary>What to tell whoever sent something else.</summary>
    public static string Known { get; } = $"must be {string.Join(", ", Values.Keys.SkipLast(1))} or {Values.Keys.Last()}.";
}

internal static class WireNameRules
{
    /// <summary>May be absent; when there, exactly one of the names.</summary>
    public static void Names<T, TEnum>(this IRuleBuilder<T, string?> rule) where TEnum : struct, Enum =>
        rule.Must(name => name is null || WireNames<TEnum>.Parse(name) is not null).WithMessage(WireNames<TEnum>.Known);
}
