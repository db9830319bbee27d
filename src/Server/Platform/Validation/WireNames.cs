using System.Text.Json;
using FluentValidation;
using FluentValidation.Validators;

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

    public static IReadOnlyList<string> All { get; } = [.. Values.Keys];

    /// <summary>What to tell whoever sent something else.</summary>
    public static string Known { get; } = WireNames.MustBeOneOf(All);
}

internal static class WireNames
{
    /// <summary>What to tell those who sent something else: <c>must be on or off.</c></summary>
    public static string MustBeOneOf(IReadOnlyList<string> names) => names is [var only]
        ? $"must be {only}."
        : $"must be {string.Join(", ", names.SkipLast(1))} or {names[^1]}.";
}

internal static class WireNameRules
{
    /// <summary>May be absent; when there, exactly one of the names.</summary>
    public static IRuleBuilderOptions<T, string?> Names<T, TEnum>(this IRuleBuilder<T, string?> rule) where TEnum : struct, Enum =>
        rule.OneOf(WireNames<TEnum>.All);

    /// <summary>May be absent; when there, exactly one of these texts.</summary>
    public static IRuleBuilderOptions<T, string?> OneOf<T>(this IRuleBuilder<T, string?> rule, IReadOnlyList<string> names) =>
        rule.SetValidator(new KnownNames<T>(names)).WithMessage(WireNames.MustBeOneOf([.. names.Where(name => name.Length > 0)]));
}

/// <summary>The texts that a member takes, readable so that the API's document can show them.</summary>
internal interface IKnownNames
{
    IReadOnlyList<string> Names { get; }
}

internal sealed class KnownNames<T>(IReadOnlyList<string> names) : PropertyValidator<T, string?>, IKnownNames
{
    public override string Name => "KnownNames";
    public IReadOnlyList<string> Names => names;

    public override bool IsValid(ValidationContext<T> context, string? value) => value is null || names.Contains(value, StringComparer.Ordinal);
}
