using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
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
internal sealed record UpdatePatientRequest : PatientFields;

internal sealed class UpdatePatientValidator : PatientFieldsValidator<UpdatePatientRequest>
{
    public UpdatePatientValidator(TimeProvider clock) : base(clock) => RuleFor(r => r.Name).ChangedName();
}

/// <summary>What to list.</summary>
/// <param name="Q">Only patients with these words in their name or contact.</param>
internal sealed record PatientFilter(
    [property: FromQuery(Name = "q"), MaxLength(ProfileList.MaxQuery)] string? Q,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>Patients' profiles: read by whoever may read the patient's data, changed by the patient, related users and administrators.</summary>
internal sealed class Patients(
    ConsiliumDb db, RequestTransaction transaction, ProfileList list, IProfileAccounts accounts, AccessLog access, PatientChanges changes, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var patients = api.MapGroup("/api/v1/patients").WithTags("Patients")
            .WithTagMeaning("Patients: who they are, who cares for them, who acts for them.")
            .WithParameter("id", "The patient, by their id.");
        patients.MapGet("", ([AsParameters] PatientFilter filter, Caller caller, Patients useCase, CancellationToken cancellationToken) =>
                useCase.ListAsync(filter, caller, cancellationToken))
            .RequireRoles(Role.Admin, Role.Doctor).AllowScope(PatientRule.Scope)
            .WithSummary("List patients")
            .WithDescription("Doctors see those whom they treat, administrators all; by name.");
        patients.MapGet("/{id:guid}", (Guid id, Caller caller, Patients useCase, CancellationToken cancellationToken) => useCase.GetAsync(id, caller, cancellationToken))
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithSummary("Get a patient")
            .WithDescription("For the patient, related users, treating doctors, the patient's hospitals and administrators.");
        patients.MapPut("/{id:guid}", (
                Guid id, UpdatePatientRequest request, Caller caller, HttpContext http, Patients useCase, CancellationToken cancellationToken) =>
                useCase.UpdateAsync(id, request, PartialUpdate.Of(http), caller, cancellationToken))
            .RequireRoles(Role.Patient, Role.User, Role.Admin)
            .WithSummary("Change a patient")
            .WithDescription("For the patient, related users and administrators. What is absent stays; null or an empty text clears. A changed name is the patient's account's too.");
    }

    async Task<Results<Ok<Page<PatientResponse>>, ProblemHttpResult>> ListAsync(PatientFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        var query = caller.Is(Role.Admin)
            ? new ProfileQuery($"SELECT {PatientRows.Columns} FROM care.patients p", ProfileTable.Patients, filter.Q, filter.Limit, filter.Cursor)
            : new ProfileQuery(
                    $"SELECT {PatientRows.Columns} FROM {CareViews.Readers} reader JOIN care.patients p ON p.id = reader.patient_id", ProfileTable.Patients, filter.Q, filter.Limit, filter.Cursor)
                .Where(doctor => $"reader.reader_id = {doctor} AND reader.grounds = '{Grounds.Doctor}'", caller.UserId);
        var (page, problem) = await list.ReadAsync(query, row => PatientRows.Read(row, clock), found => found.Id, cancellationToken);
        if (page is null) return problem!;
        var grounds = caller.Is(Role.Admin) ? Grounds.Admin : Grounds.Doctor;
        await access.ReadManyAsync(caller, "patient.list", page.Items.Select(patient => new PatientShown(patient.Id, grounds)), cancellationToken);
        return TypedResults.Ok(page);
    }

    async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> GetAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        var (patient, grounds) = await FindAsync(id, caller, cancellationToken);
        await access.ReadAsync(caller, id, "patient.read", $"patient/{id}", grounds, cancellationToken);
        return patient is null ? Problems.NotFound() : TypedResults.Ok(patient);
    }

    async Task<(PatientResponse? Patient, string? Grounds)> FindAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT {PatientRows.Columns}, access.grounds FROM care.patients p {PatientRule.Join("p.id")} WHERE p.id = $3").By(caller).With(id);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (PatientRows.Read(row, clock), row.GetString(PatientRows.Width)) : (null, null);
    }

    async Task<Results<Ok<PatientResponse>, ProblemHttpResult>> UpdateAsync(
        Guid id, UpdatePatientRequest request, PartialUpdate update, Caller caller, CancellationToken cancellationToken)
    {
        if (update.FaultOf(nameof(request.Name)) is { } fault) return fault;
        var changed = await transaction.RunAsync(() => ChangeAsync(id, request, update, caller, cancellationToken), cancellationToken);
        if (changed is not null) return TypedResults.Ok(PatientResponse.Of(changed, clock));
        await access.ReadAsync(caller, id, "patient.updated", $"patient/{id}", grounds: null, cancellationToken);
        return Problems.NotFound();
    }

    async Task<Patient?> ChangeAsync(Guid id, UpdatePatientRequest request, PartialUpdate update, Caller caller, CancellationToken cancellationToken)
    {
        if (await LockAsync(id, caller, cancellationToken) is not { } grounds) return null;
        var patient = await db.Set<Patient>().SingleAsync(p => p.Id == id, cancellationToken);
        var before = patient.Name;
        patient.Change(request, update, clock.UtcNow());
        access.Add(caller, id, "patient.updated", $"patient/{id}", grounds);
        await db.SaveChangesAsync(cancellationToken);
        if (patient.Name != before && patient.Id == patient.UserId) await accounts.RenameAsync(id, patient.Name, cancellationToken);
        changes.Announce(id, PatientChange.Profile);
        return patient;
    }

    /// <summary>Keeps the patient's row for the caller's change, and says on what grounds; null when there is none that the caller may see.</summary>
    async Task<string?> LockAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT access.grounds FROM care.patients p {PatientRule.Join("p.id")} WHERE p.id = $3 FOR UPDATE OF p").By(caller).With(id);
        return (string?)await batch.ExecuteScalarAsync(cancellationToken);
    }
}
