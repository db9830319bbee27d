using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Consilium.Modules.Care;

/// <summary>A hospital to create.</summary>
internal sealed record CreateHospitalRequest : HospitalFields;

internal sealed class CreateHospitalValidator : HospitalFieldsValidator<CreateHospitalRequest>
{
    public CreateHospitalValidator()
    {
        RuleFor(r => r.Name).Text(1, ProfileRules.Name);
        RuleFor(r => r.Email).OptionalEmail();
    }
}

/// <summary>What is absent stays; null or an empty text clears.</summary>
internal sealed record UpdateHospitalRequest : HospitalFields;

internal sealed class UpdateHospitalValidator : HospitalFieldsValidator<UpdateHospitalRequest>
{
    public UpdateHospitalValidator()
    {
        RuleFor(r => r.Name).ChangedName();
        RuleFor(r => r.Email).OptionalEmail();
    }
}

/// <summary>What to list. All filters narrow.</summary>
/// <param name="Q">Only hospitals with these words in their name, place, address or specialities.</param>
/// <param name="Speciality">Only hospitals with exactly this speciality; upper and lower case are the same.</param>
/// <param name="City">Only hospitals in this city; upper and lower case are the same.</param>
internal sealed record HospitalFilter(
    [property: FromQuery(Name = "q"), MaxLength(ProfileList.MaxQuery)] string? Q,
    [property: FromQuery(Name = "speciality"), MaxLength(ProfileList.MaxQuery)] string? Speciality,
    [property: FromQuery(Name = "city"), MaxLength(ProfileList.MaxQuery)] string? City, [property: FromQuery(Name = "limit")] Limit? Limit,
    [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>Hospitals: everybody who is signed in reads them; administrators work all of them, a hospital itself.</summary>
internal sealed class Hospitals(
    ConsiliumDb db, RequestTransaction transaction, ProfileList list, IProfileAccounts accounts, IAuditTrail audit, PatientChanges changes, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var hospitals = api.MapGroup("/api/v1/hospitals").WithTags("Hospitals")
            .WithTagMeaning("Hospitals: where they are, who works there, whom they care for.")
            .WithParameter("id", "The hospital, by its id.");
        hospitals.MapPost("", (CreateHospitalRequest request, Caller caller, Hospitals useCase, CancellationToken cancellationToken) =>
                useCase.CreateAsync(request, caller, cancellationToken))
            .RequireRoles(Role.Admin, Role.Hospital).ReplaysToAllItsCallers()
            .WithSummary("Create a hospital")
            .WithDescription("An administrator makes a hospital without an account. A hospital's account makes its own, which has the account's id, when it has none yet.");
        hospitals.MapGet("", ([AsParameters] HospitalFilter filter, Hospitals useCase, CancellationToken cancellationToken) => useCase.ListAsync(filter, cancellationToken))
            .AllowScope(PatientRule.Scope)
            .WithSummary("List hospitals")
            .WithDescription("For everybody who is signed in, by name.");
        hospitals.MapGet("/{id:guid}", (Guid id, Hospitals useCase, CancellationToken cancellationToken) => useCase.GetAsync(id, cancellationToken))
            .AllowScope(PatientRule.Scope)
            .WithSummary("Get a hospital")
            .WithDescription("For everybody who is signed in.");
        hospitals.MapPut("/{id:guid}", (
                Guid id, UpdateHospitalRequest request, Caller caller, HttpContext http, Hospitals useCase, CancellationToken cancellationToken) =>
                useCase.UpdateAsync(id, request, PartialUpdate.Of(http), caller, cancellationToken))
            .RequireRoles(Role.Admin, Role.Hospital)
            .WithSummary("Change a hospital")
            .WithDescription("For administrators and the hospital itself. What is absent stays; null or an empty text clears. A changed name is the account's too.");
        hospitals.MapDelete("/{id:guid}", (Guid id, Caller caller, Hospitals useCase, CancellationToken cancellationToken) => useCase.DeleteAsync(id, caller, cancellationToken))
            .RequireRoles(Role.Admin)
            .WithSummary("Delete a hospital")
            .WithDescription("For administrators. Its mappings go with it, and with them its right to its patients' data; what names it stays.");
    }

    async Task<Results<Created<HospitalResponse>, ProblemHttpResult>> CreateAsync(CreateHospitalRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var now = clock.UtcNow();
        var hospital = Hospital.Create(caller.Is(Role.Hospital) ? caller.UserId : Guid.CreateVersion7(now), request, now);
        db.Add(hospital);
        audit.Add(new(caller.UserId, caller.Role.Wire(), "hospital.created", $"hospital/{hospital.Id}"));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException fault) when (fault.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "hospitals_pkey" })
        {
            return Problems.Conflict("profile_exists", "This account has, or had, its hospital already.");
        }
        return TypedResults.Created($"/api/v1/hospitals/{hospital.Id}", HospitalResponse.Of(hospital));
    }

    async Task<Results<Ok<Page<HospitalResponse>>, ProblemHttpResult>> ListAsync(HospitalFilter filter, CancellationToken cancellationToken)
    {
        if ((ProfileList.FaultOf("speciality", filter.Speciality) ?? ProfileList.FaultOf("city", filter.City)) is { } fault) return fault;
        var query = new ProfileQuery($"SELECT {HospitalRows.Columns} FROM care.hospitals h", ProfileTable.Hospitals, filter.Q, filter.Limit, filter.Cursor)
            .Where("h.deleted_at IS NULL")
            .Where(city => $"platform.search_form(h.city) = platform.search_form({city})", ProfileList.Word(filter.City))
            .Where(speciality => $"care.folded(h.specialities) @> ARRAY[platform.search_form({speciality})]", ProfileList.Word(filter.Speciality));
        var (page, problem) = await list.ReadAsync(query, HospitalRows.Read, found => found.Id, cancellationToken);
        return page is null ? problem! : TypedResults.Ok(page);
    }

    async Task<Results<Ok<HospitalResponse>, ProblemHttpResult>> GetAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT {HospitalRows.Columns} FROM care.hospitals h WHERE h.id = $1 AND h.deleted_at IS NULL").With(id);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? TypedResults.Ok(HospitalRows.Read(row)) : Problems.NotFound();
    }

    Task<Results<Ok<HospitalResponse>, ProblemHttpResult>> UpdateAsync(
        Guid id, UpdateHospitalRequest request, PartialUpdate update, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync<Results<Ok<HospitalResponse>, ProblemHttpResult>>(async () =>
        {
            if (update.FaultOf(nameof(request.Name)) is { } fault) return fault;
            if (await LockedAsync(id, caller, cancellationToken) is not { } hospital) return Problems.NotFound();
            var before = hospital.Name;
            hospital.Change(request, update, clock.UtcNow());
            audit.Add(new(caller.UserId, caller.Role.Wire(), "hospital.updated", $"hospital/{id}"));
            await db.SaveChangesAsync(cancellationToken);
            if (hospital.Name != before) await accounts.RenameAsync(id, hospital.Name, cancellationToken);
            return TypedResults.Ok(HospitalResponse.Of(hospital));
        }, cancellationToken);

    Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(Guid id, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync<Results<NoContent, ProblemHttpResult>>(async () =>
        {
            if (await LockedAsync(id, caller, cancellationToken) is not { } hospital) return Problems.NotFound();
            hospital.Delete(clock.UtcNow());
            audit.Add(new(caller.UserId, caller.Role.Wire(), "hospital.deleted", $"hospital/{id}"));
            await RemoveMappingsAsync(id, caller, cancellationToken);
            await db.SaveChangesAsync(cancellationToken);
            return TypedResults.NoContent();
        }, cancellationToken);

    /// <summary>The hospital when the caller may change it; nothing is mapped to it until the transaction has ended.</summary>
    async Task<Hospital?> LockedAsync(Guid id, Caller caller, CancellationToken cancellationToken) =>
        (await db.Set<Hospital>().FromSql($"""
            SELECT * FROM care.hospitals WHERE id = {id} AND deleted_at IS NULL AND ({caller.Is(Role.Admin)} OR id = {caller.UserId}) FOR UPDATE
            """).ToListAsync(cancellationToken)).SingleOrDefault();

    async Task RemoveMappingsAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("DELETE FROM care.hospital_doctors WHERE hospital_id = $1").With(id);
        batch.Add($"""
            WITH removed AS (DELETE FROM care.hospital_patients WHERE hospital_id = $1 RETURNING patient_id)
            INSERT INTO {IAuditTrail.AppendView} (at, actor_id, actor_role, action, resource, outcome, reason, subject_id)
            SELECT $2, $3, $4, 'mapping.removed', 'hospital/' || $1::text, 'ok', $5, patient_id FROM removed RETURNING subject_id
            """).With(id).With(clock.UtcNow()).With(caller.UserId).With(caller.Role.Wire()).With(Grounds.Admin);
        await using var patients = await batch.ExecuteReaderAsync(cancellationToken);
        while (await patients.ReadAsync(cancellationToken)) changes.Announce(patients.GetGuid(0), PatientChange.CareTeam);
    }
}
