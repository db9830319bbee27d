using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Care;

/// <summary>What is absent stays; null or an empty text clears.</summary>
internal sealed record UpdateDoctorRequest : DoctorFields;

internal sealed class UpdateDoctorValidator : DoctorFieldsValidator<UpdateDoctorRequest>
{
    public UpdateDoctorValidator() => RuleFor(r => r.Name).ChangedName();
}

/// <summary>What to list. All filters narrow.</summary>
/// <param name="Q">Only doctors with these words in their name, designation, details or specialities.</param>
/// <param name="HospitalId">Only doctors of this hospital.</param>
/// <param name="Speciality">Only doctors with exactly this speciality; upper and lower case are the same.</param>
internal sealed record DoctorFilter(
    [property: FromQuery(Name = "q"), MaxLength(ProfileList.MaxQuery)] string? Q, [property: FromQuery(Name = "hospital_id")] Guid? HospitalId,
    [property: FromQuery(Name = "speciality"), MaxLength(ProfileList.MaxQuery)] string? Speciality,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>Doctors: everybody who is signed in reads them; a doctor changes their own profile, administrators any.</summary>
internal sealed class Doctors(
    ConsiliumDb db, RequestTransaction transaction, ProfileList list, IProfileAccounts accounts, IAuditTrail audit, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var doctors = api.MapGroup("/api/v1/doctors").WithTags("Doctors")
            .WithTagMeaning("Doctors: who they are, where they work, whom they treat.")
            .WithParameter("id", "The doctor, by their id.");
        doctors.MapGet("", ([AsParameters] DoctorFilter filter, Doctors useCase, CancellationToken cancellationToken) => useCase.ListAsync(filter, cancellationToken))
            .AllowScope(PatientRule.Scope)
            .WithSummary("List doctors")
            .WithDescription("For everybody who is signed in, by name. Those whose account is closed are left out; they are still found by id.");
        doctors.MapGet("/{id:guid}", (Guid id, Doctors useCase, CancellationToken cancellationToken) => useCase.GetAsync(id, cancellationToken))
            .AllowScope(PatientRule.Scope)
            .WithSummary("Get a doctor")
            .WithDescription("For everybody who is signed in.");
        doctors.MapPut("/{id:guid}", (
                Guid id, UpdateDoctorRequest request, Caller caller, HttpContext http, Doctors useCase, CancellationToken cancellationToken) =>
                useCase.UpdateAsync(id, request, PartialUpdate.Of(http), caller, cancellationToken))
            .RequireRoles(Role.Admin, Role.Doctor)
            .WithSummary("Change a doctor")
            .WithDescription("For the doctor and administrators. What is absent stays; null or an empty text clears. A changed name is the account's too.");
    }

    async Task<Results<Ok<Page<DoctorResponse>>, ProblemHttpResult>> ListAsync(DoctorFilter filter, CancellationToken cancellationToken)
    {
        if (ProfileList.FaultOf("speciality", filter.Speciality) is { } fault) return fault;
        var query = new ProfileQuery($"SELECT {DoctorRows.Columns} FROM care.doctors d", ProfileTable.Doctors, filter.Q, filter.Limit, filter.Cursor)
            .Where($"NOT {CareViews.DoctorHasLeft}")
            .Where(hospital => $"d.id IN (SELECT doctor_id FROM care.hospital_doctors WHERE hospital_id = {hospital})", filter.HospitalId)
            .Where(speciality => $"care.folded(d.specialities) @> ARRAY[platform.search_form({speciality})]", ProfileList.Word(filter.Speciality));
        var (page, problem) = await list.ReadAsync(query, DoctorRows.Read, found => found.Id, cancellationToken);
        return page is null ? problem! : TypedResults.Ok(page);
    }

    async Task<Results<Ok<DoctorResponse>, ProblemHttpResult>> GetAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT {DoctorRows.Columns} FROM care.doctors d WHERE d.id = $1").With(id);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? TypedResults.Ok(DoctorRows.Read(row)) : Problems.NotFound();
    }

    Task<Results<Ok<DoctorResponse>, ProblemHttpResult>> UpdateAsync(
        Guid id, UpdateDoctorRequest request, PartialUpdate update, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync<Results<Ok<DoctorResponse>, ProblemHttpResult>>(async () =>
        {
            if (update.FaultOf(nameof(request.Name)) is { } fault) return fault;
            var found = await db.Set<Doctor>()
                .FromSql($"SELECT * FROM care.doctors WHERE id = {id} AND ({caller.Is(Role.Admin)} OR id = {caller.UserId}) FOR UPDATE")
                .ToListAsync(cancellationToken);
            if (found is not [var doctor]) return Problems.NotFound();
            var before = doctor.Name;
            doctor.Change(request, update, clock.UtcNow());
            audit.Add(new(caller.UserId, caller.Role.Wire(), "doctor.updated", $"doctor/{id}"));
            await db.SaveChangesAsync(cancellationToken);
            if (doctor.Name != before) await accounts.RenameAsync(id, doctor.Name, cancellationToken);
            return TypedResults.Ok(DoctorResponse.Of(doctor));
        }, cancellationToken);
}
