using System.Text.Json;
using Consilium.Platform.Validation;
using FluentValidation;

namespace Consilium.Modules.Clinic;

/// <summary>What the fields of an appointment may say, wherever they are sent.</summary>
internal static class AppointmentRules
{
    public const string KnownStatuses = "must be scheduled, rescheduled, completed, cancelled or no_show.";

    /// <summary>The longest form of a time with its offset that is taken.</summary>
    public const int MaxTime = 40;

    const int MaxExtras = 4096;

    public static void TimeSlot<T>(this IRuleBuilder<T, string?> rule) => rule.Custom((text, context) =>
    {
        if (text is not null && TimeText.Fault(text, out _) is { } fault) context.AddFailure(fault);
    });

    public static void DurationMinutes<T>(this IRuleBuilder<T, int?> rule) =>
        rule.InclusiveBetween(Appointment.MinMinutes, Appointment.MaxMinutes).WithMessage($"must be {Appointment.MinMinutes} to {Appointment.MaxMinutes}.");

    public static void AppointmentType<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Names<T, AppointmentType>();

    public static void Extras<T>(this IRuleBuilder<T, JsonElement?> rule) => rule.Custom((extras, context) =>
    {
        if (extras is not { } given || given.ValueKind == JsonValueKind.Null) return;
        if (given.ValueKind is not (JsonValueKind.Object or JsonValueKind.String)) context.AddFailure("must be an object or a text.");
        else if (System.Text.Encoding.UTF8.GetByteCount(given.GetRawText()) > MaxExtras) context.AddFailure($"must have at most {MaxExtras} bytes.");
    });

    /// <summary>As it is kept; null when none were sent.</summary>
    public static string? TextOf(JsonElement? extras) => extras is { ValueKind: not JsonValueKind.Null } given ? given.GetRawText() : null;
}
