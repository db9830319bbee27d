using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Consilium.Modules.Clinic;

/// <summary>Shows an appointment, or gives it as a calendar file, to whoever may see it.</summary>
internal static class GetAppointment
{
    public static void Map(RouteGroupBuilder appointments)
    {
        appointments.MapGet("/{id:guid}", HandleAsync)
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithName("GetAppointment")
            .WithSummary("Get an appointment")
            .WithDescription("For its doctor, its hospital, those who may read the patient's data, and administrators.");
        appointments.MapGet("/{id:guid}/calendar.ics", FileAsync)
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithName("GetAppointmentCalendarFile")
            .WithSummary("Get an appointment for one's calendar")
            .WithDescription("An iCalendar file (RFC 5545) with the time, the doctor for the patient's side, and the hospital; nothing clinical.")
            .Produces(200, contentType: CalendarFile.MediaType).WithAnswer(200, "The iCalendar file.");
    }

    static async Task<Results<Ok<AppointmentResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Caller caller, AppointmentAccess access, CancellationToken cancellationToken) =>
        await access.ReadAsync(id, caller, "appointment.read", cancellationToken) is { } seen ? TypedResults.Ok(seen.Appointment) : Problems.NotFound();

    static async Task<IResult> FileAsync(Guid id, Caller caller, AppointmentAccess access, HttpContext http, CancellationToken cancellationToken)
    {
        if (await access.ReadAsync(id, caller, "appointment.exported", cancellationToken) is not { } seen) return Problems.NotFound();
        http.Response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = "appointment.ics" }.ToString();
        http.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Text(CalendarFile.Of(seen), $"{CalendarFile.MediaType}; method=PUBLISH");
    }
}
