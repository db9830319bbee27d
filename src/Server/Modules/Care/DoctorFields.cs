using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Consilium.Platform.Validation;
using FluentValidation;

namespace Consilium.Modules.Care;

/// <summary>What a doctor tells of themselves: at the signup, and in parts when it changes.</summary>
internal abstract record DoctorFields
{
    /// <summary>The doctor's full name.</summary>
    [RefusesNull]
    public string? Name { get; init; }

    /// <summary>Where a picture is.</summary>
    public string? Photo { get; init; }

    /// <summary>What the doctor is called at work, such as senior physician.</summary>
    public string? Designation { get; init; }

    /// <summary>In words, or as a number of years.</summary>
    [JsonConverter(typeof(TextOrNumber))]
    public string? Experience { get; init; }

    /// <summary>What patients should know about the doctor.</summary>
    public string? Details { get; init; }

    /// <summary>How to reach the doctor.</summary>
    public string? Contact { get; init; }

    /// <summary>What the doctor practises, an entry each.</summary>
    public IReadOnlyList<string>? Specialities { get; init; }

    /// <summary>Local time, "HH:MM" or "HH:MM:SS", with the end. An end before the start is on the next day.</summary>
    [MaxLength(8)]
    public string? ShiftTimeStart { get; init; }

    /// <summary>Local time, "HH:MM" or "HH:MM:SS".</summary>
    [MaxLength(8)]
    public string? ShiftTimeEnd { get; init; }

    /// <summary>
    /// The shift's time zone, by its name in the IANA database, such as Europe/Berlin. Answers write the name as the database does. It is UTC when it is
    /// never told.
    /// </summary>
    [MaxLength(64)]
    public string? TimeZone { get; init; }
}

internal abstract class DoctorFieldsValidator<T> : AbstractValidator<T> where T : DoctorFields
{
    protected DoctorFieldsValidator()
    {
        RuleFor(r => r.Photo).Address();
        RuleFor(r => r.Designation).OptionalText(ProfileRules.Line);
        RuleFor(r => r.Experience).OptionalText(ProfileRules.Paragraph);
        RuleFor(r => r.Details).OptionalText(ProfileRules.Paragraph);
        RuleFor(r => r.Contact).OptionalText(ProfileRules.Line);
        RuleFor(r => r.Specialities).Entries();
        RuleFor(r => r.ShiftTimeStart).Must(IsTime).WithMessage(NoTime);
        RuleFor(r => r.ShiftTimeEnd).Must(IsTime).WithMessage(NoTime)
            .Must((r, end) => string.IsNullOrEmpty(end) == string.IsNullOrEmpty(r.ShiftTimeStart)).WithMessage("is told together with shift_time_start.")
            .Must((r, end) => ProfileRules.TimeOfDay(end) is not { } at || at != ProfileRules.TimeOfDay(r.ShiftTimeStart)).WithMessage("must not be the start.");
        RuleFor(r => r.TimeZone).Must(zone => string.IsNullOrEmpty(zone) || TimeZones.NameOf(zone) is not null).WithMessage(NoTimeZone);
    }

    const string NoTime = "must be a time of day, HH:MM or HH:MM:SS.";
    const string NoTimeZone = "must be the name of a time zone in the IANA database, such as Europe/Berlin.";

    static bool IsTime(string? text) => string.IsNullOrEmpty(text) || ProfileRules.TimeOfDay(text) is not null;
}

/// <summary>A text, for which a number is taken too.</summary>
internal sealed class TextOrNumber : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
        _ => throw new JsonException(),
    };

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
