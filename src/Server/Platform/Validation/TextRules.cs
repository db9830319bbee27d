using Consilium.Platform.Text;
using FluentValidation;
using FluentValidation.Validators;

namespace Consilium.Platform.Validation;

/// <summary>Rules for people's text. Lengths count characters as people do in every script: Unicode code points, not UTF-16 units.</summary>
internal static class TextRules
{
    /// <summary>Required, and after trimming between <paramref name="min"/> and <paramref name="max"/> characters.</summary>
    public static IRuleBuilderOptions<T, string?> Text<T>(this IRuleBuilder<T, string?> rule, int min, int max) =>
        rule.SetValidator(new TextLength<T>(min, max, required: true));

    /// <summary>May be absent; when there, after trimming at most <paramref name="max"/> characters.</summary>
    public static IRuleBuilderOptions<T, string?> OptionalText<T>(this IRuleBuilder<T, string?> rule, int max) =>
        rule.SetValidator(new TextLength<T>(0, max, required: false));
}

/// <summary>The bounds of a text, readable so that the API's document can show them.</summary>
internal interface ITextLength
{
    int Min { get; }
    int Max { get; }
    bool IsRequired { get; }
}

internal sealed class TextLength<T>(int min, int max, bool required) : PropertyValidator<T, string?>, ITextLength
{
    public override string Name => "TextLength";
    public int Min => min;
    public int Max => max;
    public bool IsRequired => required;

    public override bool IsValid(ValidationContext<T> context, string? value)
    {
        if (Fault(value) is not { } fault) return true;
        context.MessageFormatter.AppendArgument("Fault", fault);
        return false;
    }

    protected override string GetDefaultMessageTemplate(string errorCode) => "{Fault}";

    string? Fault(string? text)
    {
        if (text is null) return required ? "is required." : null;
        var length = Length(text);
        if (length < min) return min == 1 ? "must not be empty." : $"must have at least {min} characters.";
        return length > max ? $"must have at most {max} characters." : null;
    }

    static int Length(string text)
    {
        var count = 0;
        foreach (var _ in text.Trimmed().EnumerateRunes()) count++;
        return count;
    }
}
