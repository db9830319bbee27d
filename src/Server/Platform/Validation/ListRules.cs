using Consilium.Platform.Text;
using FluentValidation;
using FluentValidation.Validators;

namespace Consilium.Platform.Validation;

/// <summary>Rules for lists in a request.</summary>
internal static class ListRules
{
    /// <summary>May be absent; when there, between <paramref name="min"/> and <paramref name="max"/> entries.</summary>
    public static IRuleBuilderOptions<T, IReadOnlyList<TEntry>?> Entries<T, TEntry>(
        this IRuleBuilder<T, IReadOnlyList<TEntry>?> rule, int max, int min = 0) =>
        rule.SetValidator(new ListLength<T, TEntry>(min, max));

    /// <summary>May be absent; when there, every entry has after trimming between 1 and <paramref name="max"/> characters.</summary>
    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> EntryTexts<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule, int max) =>
        rule.SetValidator(new EntryLength<T>(max));
}

/// <summary>How many entries a list has, readable so that the API's document can show it.</summary>
internal interface IListLength
{
    int Min { get; }
    int Max { get; }
}

internal sealed class ListLength<T, TEntry>(int min, int max) : PropertyValidator<T, IReadOnlyList<TEntry>?>, IListLength
{
    public override string Name => "ListLength";
    public int Min => min;
    public int Max => max;

    public override bool IsValid(ValidationContext<T> context, IReadOnlyList<TEntry>? value) =>
        value is null || (value.Count >= min && value.Count <= max);

    protected override string GetDefaultMessageTemplate(string errorCode) =>
        min > 0 ? $"must have {min} to {max} entries." : $"must have at most {max} entries.";
}

/// <summary>How long the texts of a list are, readable so that the API's document can show it.</summary>
internal interface IEntryLength
{
    int EntryMin { get; }
    int EntryMax { get; }
}

internal sealed class EntryLength<T>(int max) : PropertyValidator<T, IReadOnlyList<string>?>, IEntryLength
{
    public override string Name => "EntryLength";
    public int EntryMin => 1;
    public int EntryMax => max;

    public override bool IsValid(ValidationContext<T> context, IReadOnlyList<string>? value) =>
        value is null || value.All(entry => !VisibleText.IsBlank(entry) && entry.Trimmed().EnumerateRunes().Count() <= max);

    protected override string GetDefaultMessageTemplate(string errorCode) => $"must be texts of 1 to {max} characters.";
}
