using System.Globalization;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;

namespace Consilium.Modules.Care;

/// <summary>Rules that the fields of profiles share.</summary>
internal static class ProfileRules
{
    public const int Name = 200;
    public const int Line = 200;
    public const int Link = 2000;
    public const int Paragraph = 2000;
    const int MaxEntries = 100;

    /// <summary>May be absent, but a name that is given is one.</summary>
    public static IRuleBuilderOptions<T, string?> ChangedName<T>(this IRuleBuilder<T, string?> rule) => rule
        .SetValidator(new TextLength<T>(1, Name, required: false));

    /// <summary>A list of short texts, which may be absent.</summary>
    public static IRuleBuilderOptions<T, IReadOnlyList<string>?> Entries<T>(this IRuleBuilder<T, IReadOnlyList<string>?> rule) => rule
        .Entries(MaxEntries)
        .EntryTexts(Line);

    /// <summary>An address that is shown as a link: whole ones lead to web pages alone, never to a script.</summary>
    public static IRuleBuilderOptions<T, string?> Address<T>(this IRuleBuilder<T, string?> rule) => rule
        .OptionalText(Link)
        .Must(link => !Uri.TryCreate(link?.Trimmed(), UriKind.Absolute, out var whole) || whole.Scheme == Uri.UriSchemeHttp || whole.Scheme == Uri.UriSchemeHttps || whole.IsFile)
        .WithMessage("must be a web address.");

    /// <summary>A time of day, "HH:MM" or "HH:MM:SS".</summary>
    public static TimeOnly? TimeOfDay(string? text) =>
        TimeOnly.TryParseExact(text, ["HH:mm", "HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
