using System.Globalization;
using System.Text.Json;

namespace Consilium.Tests.Modules.Clinic;

/// <summary>What people do with appointments.</summary>
internal static class ClinicCalls
{
    public const string Root = "/api/v1/appointments";

    /// <summary>A quarter of an hour, so many days ahead: nobody's present.</summary>
    public static DateTimeOffset InDays(int days, int hour = 9, int minute = 0) =>
        new(DateTimeOffset.UtcNow.UtcDateTime.Date.AddDays(days).AddHours(hour).AddMinutes(minute), TimeSpan.Zero);

    public static string Wire(this DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static Task<HttpResponseMessage> TryBookAsync(
        this Client caller, Guid doctorId, Guid patientId, DateTimeOffset at, int minutes = 30, string type = "regular", Guid? hospitalId = null, string? overrideReason = null) =>
        caller.PostJsonAsync(Root, new { doctorId, patientId, timeSlot = at.Wire(), durationMinutes = minutes, type, hospitalId, overrideReason });

    public static async Task<JsonElement> BookAsync(
        this Client caller, Guid doctorId, Guid patientId, DateTimeOffset at, int minutes = 30, string type = "regular", Guid? hospitalId = null, string? overrideReason = null) =>
        await (await caller.TryBookAsync(doctorId, patientId, at, minutes, type, hospitalId, overrideReason)).ShouldAnswerAsync(201);

    public static Task<HttpResponseMessage> TryChangeAsync(this Client caller, Guid id, object change) => caller.PutJsonAsync($"{Root}/{id}", change);

    public static Task<HttpResponseMessage> TryMoveAsync(this Client caller, Guid id, DateTimeOffset to) => caller.TryChangeAsync(id, new { timeSlot = to.Wire() });

    public static Task<HttpResponseMessage> TryCancelAsync(this Client caller, Guid id, string? cancellationReason = "I am well again.") =>
        caller.PutJsonAsync($"{Root}/{id}/cancel", new { cancellationReason });

    public static Task<HttpResponseMessage> TrySetStatusAsync(this Client caller, Guid id, string? status, string? cancellationReason = null) =>
        caller.PutJsonAsync($"{Root}/{id}/status", new { status, cancellationReason });

    public static Task<JsonElement> AppointmentAsync(this Client reader, Guid id) => reader.GetJsonAsync($"{Root}/{id}");

    public static async Task<List<Guid>> AppointmentsAsync(this Client reader, string query = "") =>
        (await reader.GetJsonAsync($"{Root}{query}")).Items().ConvertAll(item => item.Id());
}
