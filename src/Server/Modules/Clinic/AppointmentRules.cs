using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FluentValidation;

namespace Consilium.Modules.Clinic;

/// <summary>What the fields of an appointment may say, wherever they are sent.</summary>
internal static partial class AppointmentRules
{
    public const string KnownStatuses = "must be scheduled, rescheduled, completed, cancelled or no_show.";
    const string KnownTypes = "must be regular, remote or emergency.";
    const int MaxExtras = 4096;

    static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void TimeSlot<T>(this IRuleBuilder<T, string?> rule) => rule.Custom((text, context) =>
    {
        if (text is not null && TimeFault(text, out _) is { } fault) context.AddFailure(fault);
    });

    public static void DurationMinutes<T>(this IRuleBuilder<T, int?> rule) =>
        rule.InclusiveBetween(Appointment.MinMinutes, Appointment.MaxMinutes).WithMessage($"must be {Appointment.MinMinutes} to {Appointment.MaxMinutes}.");

    public static void AppointmentType<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(type => type is null || AppointmentNames.ParseType(type) is not null).WithMessage(KnownTypes);

    public static void Extras<T>(this IRuleBuilder<T, JsonElement?> rule) => rule.Custom((extras, context) =>
    {
        if (extras is not { } given || given.ValueKind == JsonValueKind.Null) return;
        if (given.ValueKind is not (JsonValueKind.Object or JsonValueKind.String)) context.AddFailure("must be an object or a text.");
        else if (System.Text.Encoding.UTF8.GetByteCount(given.GetRawText()) > MaxExtras) context.AddFailure($"must have at most {MaxExtras} bytes.");
    });

    /// <summary>As it is kept; null when none were sent.</summary>
    public static string? TextOf(JsonElement? extras) => extras is { ValueKind: not JsonValueKind.Null } given ? given.GetRawText() : null;

    /// <summary>Null when the text is a time (RFC 3339, with an offset), which then comes in UTC, cut to microseconds; else what is wrong with it.</summary>
    public static string? TimeFault(string text, out DateTimeOffset time)
    {
        time = default;
        if (WithoutOffset().IsMatch(text)) return "must say its offset from UTC: 2026-01-31T09:30:00Z or 2026-01-31T10:30:00+01:00.";
        if (!WithOffset().IsMatch(text) || !DateTimeOffset.TryParse(text.ToUpperInvariant(), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var parsed))
            return "must be a time such as 2026-01-31T09:30:00Z.";
        if (parsed < Earliest || parsed >= Latest) return "must lie between the years 1900 and 2200.";
        time = parsed.AddTicks(-(parsed.Ticks % TimeSpan.TicksPerMicrosecond));
        return null;
    }

    /// <summary>The same for a query, in which an unescaped + has become a space.</summary>
    public static string? QueryTimeFault(string text, out DateTimeOffset time) => TimeFault(text.Replace(' ', '+'), out time);

    public static DateTimeOffset TimeOf(string text) => TimeFault(text, out var time) is null ? time : throw new FormatException("Not validated.");

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex WithoutOffset();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,12})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex WithOffset();
}
