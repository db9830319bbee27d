using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Clinic;

/// <summary>What to list. All filters narrow.</summary>
/// <param name="From">Only appointments that begin at this time or later (RFC 3339).</param>
/// <param name="To">Only appointments that begin before this time (RFC 3339).</param>
/// <param name="Status">Only appointments in this status.</param>
internal sealed record AppointmentFilter(
    [property: FromQuery(Name = "from"), MaxLength(AppointmentRules.MaxTime), DataType(DataType.DateTime)] string? From,
    [property: FromQuery(Name = "to"), MaxLength(AppointmentRules.MaxTime), DataType(DataType.DateTime)] string? To,
    [property: FromQuery(Name = "status"), OneOf(typeof(AppointmentStatus))] string? Status,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>Whose appointments.</summary>
/// <param name="DoctorId">Only appointments with this doctor.</param>
/// <param name="PatientId">Only appointments of this patient.</param>
/// <param name="HospitalId">Only appointments in this hospital.</param>
internal sealed record AppointmentParties(
    [property: FromQuery(Name = "doctor_id")] Guid? DoctorId, [property: FromQuery(Name = "patient_id")] Guid? PatientId,
    [property: FromQuery(Name = "hospital_id")] Guid? HospitalId);

/// <summary>Lists the appointments that the caller may see, the latest time first.</summary>
internal static class ListAppointments
{
    const string Action = "appointment.list";

    public static void Map(RouteGroupBuilder appointments)
    {
        appointments.MapGet("", (
                [AsParameters] AppointmentParties parties, [AsParameters] AppointmentFilter filter, Caller caller, AppointmentList list, AccessLog log,
                CancellationToken cancellationToken) => ListAsync(parties, filter, caller, list, log, cancellationToken))
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithName("ListAppointments")
            .WithSummary("List appointments")
            .WithDescription("Those that the caller may see: their own, and those of patients whose data they may read. The latest `time_slot` first.");
        Of("doctor", "doctor's", (id, list, caller, token) => list.KnowsDoctorAsync(id, caller, token), id => new(id, null, null));
        Of("patient", "patient's", (id, list, caller, token) => list.KnowsPatientAsync(id, caller, token), id => new(null, id, null));
        Of("hospital", "hospital's", (id, list, caller, token) => list.KnowsHospitalAsync(id, caller, token), id => new(null, null, id));

        void Of(
            string kind, string whose, Func<Guid, AppointmentList, Caller, CancellationToken, Task<bool>> knows, Func<Guid, AppointmentParties> parties) =>
            appointments.MapGet($"/{kind}/{{id:guid}}", async Task<Results<Ok<Page<AppointmentResponse>>, ProblemHttpResult>> (
                    Guid id, [AsParameters] AppointmentFilter filter, Caller caller, AppointmentList list, AccessLog log, CancellationToken cancellationToken) =>
                {
                    if (await knows(id, list, caller, cancellationToken)) return await ListAsync(parties(id), filter, caller, list, log, cancellationToken);
                    await log.ReadAsync(caller, parties(id).PatientId, Action, $"{kind}/{id}", grounds: null, cancellationToken);
                    return Problems.NotFound();
                })
                .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
                .WithName($"ListAppointmentsOf{char.ToUpperInvariant(kind[0])}{kind[1..]}")
                .WithSummary($"List a {whose} appointments")
                .WithParameter("id", kind == "hospital" ? "The hospital, by its id." : $"The {kind}, by their id.")
                .WithDescription($"Those that the caller may see, the latest `time_slot` first. 404 where they have nothing to do with the {kind}.");
    }

    static async Task<Results<Ok<Page<AppointmentResponse>>, ProblemHttpResult>> ListAsync(
        AppointmentParties parties, AppointmentFilter filter, Caller caller, AppointmentList list, AccessLog log, CancellationToken cancellationToken)
    {
        var (page, problem) = await list.ReadAsync(parties, filter, caller, cancellationToken);
        if (page is null) return problem!;
        await log.ReadManyAsync(caller, Action, page.Items.Select(one => new PatientShown(one.Appointment.PatientId, one.Grounds)), cancellationToken);
        return TypedResults.Ok(new Page<AppointmentResponse>([.. page.Items.Select(one => one.Appointment)], page.NextCursor));
    }
}
