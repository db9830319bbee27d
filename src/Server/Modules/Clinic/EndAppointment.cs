using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Clinic;

/// <summary>Why an appointment is cancelled.</summary>
/// <param name="CancellationReason">1 to 500 characters after trimming.</param>
internal sealed record CancelAppointmentRequest(string? CancellationReason);

internal sealed class CancelAppointmentValidator : AbstractValidator<CancelAppointmentRequest>
{
    public CancelAppointmentValidator() => RuleFor(r => r.CancellationReason).Text(1, Appointment.MaxReason);
}

/// <summary>How an appointment ended.</summary>
/// <param name="Status">completed, no_show or cancelled.</param>
/// <param name="CancellationReason">Why it is cancelled: at most 500 characters. It may be left out here.</param>
internal sealed record SetAppointmentStatusRequest(string? Status, string? CancellationReason = null);

internal sealed class SetAppointmentStatusValidator : AbstractValidator<SetAppointmentStatusRequest>
{
    public SetAppointmentStatusValidator()
    {
        RuleFor(r => r.Status).NotNull().WithMessage("is required.").Names<SetAppointmentStatusRequest, AppointmentStatus>();
        RuleFor(r => r.CancellationReason).OptionalText(Appointment.MaxReason);
    }
}

/// <summary>
/// Ends an appointment: everybody whom it concerns may cancel it; its doctor, its hospital and administrators say how it ended, or take it back. What has
/// ended stays so.
/// </summary>
internal sealed class EndAppointment(ConsiliumDb db, RequestTransaction transaction, AppointmentAccess access, PatientChanges changes, TimeProvider clock)
{
    const string Cancelled = "appointment.cancelled";
    const string Concluded = "appointment.status";
    const string Deleted = "appointment.deleted";

    public static void Map(RouteGroupBuilder appointments)
    {
        appointments.MapPut("/{id:guid}/cancel", (
                Guid id, CancelAppointmentRequest request, Caller caller, EndAppointment useCase, CancellationToken cancellationToken) =>
                useCase.CancelAsync(id, request.CancellationReason!, caller, cancellationToken))
            .RequireRoles(PatientRule.Readers)
            .WithName("CancelAppointment")
            .WithSummary("Cancel an appointment")
            .WithDescription("For the patient's side, its doctor, its hospital and administrators. Cancelling twice is fine and changes nothing.");
        appointments.MapPut("/{id:guid}/status", (
                Guid id, SetAppointmentStatusRequest request, Caller caller, EndAppointment useCase, CancellationToken cancellationToken) =>
                useCase.SetStatusAsync(id, request, caller, cancellationToken))
            .RequireRoles(PatientRule.Readers)
            .WithName("SetAppointmentStatus")
            .WithSummary("Say how an appointment ended")
            .WithDescription("""
                For its doctor, its hospital and administrators: scheduled and rescheduled → completed or no_show. `cancelled` does what `cancel` does, for all who may cancel;
                here the reason may be left out. These three are final. The same status changes nothing and succeeds; any other step is refused with 409. `rescheduled` comes
                only from another `time_slot`.
                """);
        appointments.MapDelete("/{id:guid}", (Guid id, Caller caller, EndAppointment useCase, CancellationToken cancellationToken) =>
                useCase.DeleteAsync(id, caller, cancellationToken))
            .RequireRoles(PatientRule.Readers)
            .WithName("DeleteAppointment")
            .WithSummary("Take an appointment back")
            .WithDescription("For its doctor, its hospital and administrators: nobody sees it from then on. Patients cancel instead.");
    }

    Task<Results<Ok<AppointmentResponse>, ProblemHttpResult>> CancelAsync(Guid id, string? reason, Caller caller, CancellationToken cancellationToken) =>
        ChangeAsync(id, caller, Cancelled, AppointmentAccess.AllowChanges, appointment =>
        {
            if (appointment.Status == AppointmentStatus.Cancelled) return Step.None;
            return appointment.Cancel(reason.TrimmedOrNull(), caller.UserId, clock.UtcNow()) ? Step.Taken : Closed(appointment);
        }, cancellationToken);

    async Task<Results<Ok<AppointmentResponse>, ProblemHttpResult>> SetStatusAsync(
        Guid id, SetAppointmentStatusRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (AppointmentNames.ParseStatus(request.Status) is not { } wanted) return Problems.Invalid("status", AppointmentRules.KnownStatuses);
        if (wanted == AppointmentStatus.Cancelled) return await CancelAsync(id, request.CancellationReason, caller, cancellationToken);
        return await ChangeAsync(id, caller, Concluded, AppointmentAccess.AllowOutcomes, appointment =>
        {
            if (appointment.Status == wanted) return Step.None;
            if (wanted.IsOpen())
                return new(IsTaken: false, Problems.Conflict("status_step_refused", appointment.IsOpen
                    ? "An appointment becomes rescheduled only by another time_slot."
                    : $"A {appointment.Status.Wire()} appointment stays so: book another one."));
            return appointment.Conclude(wanted, clock.UtcNow()) ? Step.Taken : Closed(appointment);
        }, cancellationToken);
    }

    async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        var answer = await ChangeAsync(id, caller, Deleted, AppointmentAccess.AllowOutcomes, appointment =>
        {
            appointment.Delete(clock.UtcNow());
            return Step.Taken;
        }, cancellationToken, after: () => transaction.ExecuteAsync(StoredAnswer.PurgeSql, parameters => parameters.With(id), cancellationToken));
        return answer.Result is ProblemHttpResult problem ? problem : TypedResults.NoContent();
    }

    Task<Results<Ok<AppointmentResponse>, ProblemHttpResult>> ChangeAsync(
        Guid id, Caller caller, string action, Func<string, bool> allowed, Func<Appointment, Step> step, CancellationToken cancellationToken, Func<Task>? after = null) =>
        transaction.RunAsync<Results<Ok<AppointmentResponse>, ProblemHttpResult>>(async () =>
        {
            var (grounds, problem) = await access.LockAsync(id, caller, action, allowed, cancellationToken);
            if (problem is not null) return problem;
            var appointment = await db.Set<Appointment>().SingleAsync(a => a.Id == id, cancellationToken);
            var taken = step(appointment);
            if (taken.Refusal is { } refusal) return refusal;
            if (taken.IsTaken)
            {
                access.Add(appointment, caller, action, grounds!);
                await db.SaveChangesAsync(cancellationToken);
                if (after is not null) await after();
                changes.Announce(appointment.PatientId, PatientChange.Appointment);
            }
            return TypedResults.Ok(AppointmentResponse.Of(appointment));
        }, cancellationToken);

    static Step Closed(Appointment appointment) =>
        new(IsTaken: false, Problems.Conflict("status_step_refused", $"A {appointment.Status.Wire()} appointment stays so."));

    /// <param name="Refusal">Why it was not taken; null also when it is so already.</param>
    sealed record Step(bool IsTaken, ProblemHttpResult? Refusal)
    {
        public static readonly Step Taken = new(IsTaken: true, Refusal: null);
        public static readonly Step None = new(IsTaken: false, Refusal: null);
    }
}
