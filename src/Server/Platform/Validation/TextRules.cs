using FluentValidation;

namespace Consilium.Platform.Validation;

/// <summary>Rules for people's text. Lengths count characters as people do in every script: Unicode code points, not UTF-16 units.</summary>
internal static class TextRules
{
    /// <summary>Required, and after trimming between <paramref name="min"/> and <paramref name="max"/> characters.</summary>
    public static IRuleBuilderOptions<T, string?> Text<T>(this IRuleBuilder<T, string?> rule, int min, int max) => rule
        .Must(text => text is not null).WithMessage("is required.")
        .Must(text => text is null || Length(text) >= min).WithMessage(min == 1 ? "must not be empty." : $"must have at least {min} characters.")
        .Must(text => text is null || Length(text) <= max).WithMessage($"must have at most {max} characters.");

    /// <summary>May be absent; when there, after trimming at most <paramref name="max"/> characters.</summary>
    public static IRuleBuilderOptions<T, string?> OptionalText<T>(this IRuleBuilder<T, string?> rule, int max) => rule
        .Must(text => text is null || Length(text) <= max).WithMessage($"must have at most {max} characters.");

    static int Length(string text)
    {
        var trimmed = text.AsSpan().Trim();
        var count = 0;
        foreach (var _ in trimmed.EnumerateRunes()) count++;
        return count;
    }
}
