using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Consilium.Modules.Care;

/// <summary>A patient for whom somebody else acts.</summary>
internal sealed record AddDependantRequest : PatientFields
{
    /// <summary>What the account's owner is to the patient.</summary>
    public Relation? Relation { get; init; }
}

internal sealed class AddDependantValidator : PatientFieldsValidator<AddDependantRequest>
{
    public AddDependantValidator(TimeProvider clock) : base(clock)
    {
        RuleFor(r => r.Name).Text(1, ProfileRules.Name);
        RuleFor(r => r.Relation).NotNull().WithMessage("is required.");
    }
}

/// <summary>The patients who belong to an account of a user or a patient: that account and administrators add and list them.</summary>
internal sealed class Dependants(
    ConsiliumDb db, RequestTransaction transaction, ProfileList list, IAccountDirectory accounts, AccessLog access, TimeProvider clock)
{
    static readonly Role[] Roles = [Role.User, Role.Patient, Role.Admin];

    public static void Map(IEndpointRouteBuilder api)
    {
        var patients = api.MapGroup("/api/v1/users/{userId:guid}/patients").WithTags("Patients").WithParameter("user_id", "The account, by its id.");
        patients.MapPost("", (Guid userId, AddDependantRequest request, Caller caller, Dependants useCase, CancellationToken cancellationToken) =>
                useCase.AddAsync(userId, request, caller, cancellationToken))
            .RequireRoles(Roles)
            .JudgesReplays<RouteHandlerBuilder, PatientReplays>((judge, replay) =>
                judge.RefusalAsync(replay.InBody("id"), PatientRule.MayRead, "patient.read", $"patient/{replay.InBody("id")}", replay))
            .WithSummary("Add a dependant")
            .WithDescription("A patient without an account of their own: the account's owner acts for them. For the account's owner and administrators.");
        patients.MapGet("", (
                Guid userId, [MaxLength(ProfileList.MaxQuery)] string? q, Limit? limit, string? cursor, Caller caller, Dependants useCase,
                CancellationToken cancellationToken) =>
                useCase.ListAsync(userId, q, limit, cursor, caller, cancellationToken))
            .RequireRoles(Roles).AllowScope(PatientRule.Scope)
            .WithSummary("List the patients of an account")
            .WithParameter("q", "Only patients with these words in their profile.")
            .WithDescription("The account's own profile and all to whom it is related, by name. For the account's owner and administrators.");
    }

    async Task<Results<Created<PatientResponse>, ProblemHttpResult>> AddAsync(
        Guid userId, AddDependantRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (!Reaches(caller, userId) || await accounts.FindAsync(userId, cancellationToken) is not { } account)
            return await RefusedAsync(userId, "patient.created", caller, cancellationToken);
        if (account.Role is not (Role.User or Role.Patient)) return Problems.Conflict("no_dependants", "Only accounts of users and patients have dependants.");
        var now = clock.UtcNow();
        var patient = Patient.Create(Guid.CreateVersion7(now), userId, request, now);
        var relation = request.Relation!.Value;
        await transaction.RunAsync(async () =>
        {
            db.Add(patient);
            access.Add(caller, patient.Id, "patient.created", $"patient/{patient.Id}", caller.UserId == userId ? Grounds.Related + Wire(relation) : Grounds.Admin);
            await db.SaveChangesAsync(cancellationToken);
            await transaction.ExecuteAsync(
                "INSERT INTO care.user_patients (id, user_id, patient_id, relation, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
                parameters => parameters.With(Guid.CreateVersion7(now)).With(userId).With(patient.Id).With(Wire(relation)).With(caller.UserId).With(now),
                cancellationToken);
        }, cancellationToken);
        return TypedResults.Created($"/api/v1/patients/{patient.Id}", PatientResponse.Of(patient, clock) with { Relation = relation });
    }

    async Task<Results<Ok<Page<PatientResponse>>, ProblemHttpResult>> ListAsync(
        Guid userId, string? q, Limit? limit, string? cursor, Caller caller, CancellationToken cancellationToken)
    {
        if (!Reaches(caller, userId) || (userId != caller.UserId && await accounts.FindAsync(userId, cancellationToken) is null))
            return await RefusedAsync(userId, "patient.list", caller, cancellationToken);
        // A related user who is the patient counts once, as the patient.
        var query = new ProfileQuery(
                $"SELECT {PatientRows.Columns}, reader.grounds FROM {CareViews.Readers} reader JOIN care.patients p ON p.id = reader.patient_id", ProfileTable.Patients, q, limit, cursor)
            .Where(user => $"""
                reader.reader_id = {user}
                    AND (reader.grounds = '{Grounds.Own}' OR (starts_with(reader.grounds, '{Grounds.Related}') AND reader.patient_id <> {user}))
                """, userId);
        var (page, problem) = await list.ReadAsync(query, Read, found => found.Id, cancellationToken);
        if (page is null) return problem!;
        await access.ReadManyAsync(caller, "patient.list", page.Items.Select(patient => new PatientShown(patient.Id, GroundsOf(patient, userId, caller))), cancellationToken);
        return TypedResults.Ok(page);
    }

    PatientResponse Read(NpgsqlDataReader row)
    {
        var grounds = row.GetString(PatientRows.Width);
        var relation = grounds == Grounds.Own ? Relation.Self : Enum.Parse<Relation>(grounds[Grounds.Related.Length..], ignoreCase: true);
        return PatientRows.Read(row, clock) with { Relation = relation };
    }

    async Task<ProblemHttpResult> RefusedAsync(Guid userId, string action, Caller caller, CancellationToken cancellationToken)
    {
        await access.ReadAsync(caller, patientId: null, action, $"user/{userId}", grounds: null, cancellationToken);
        return Problems.NotFound();
    }

    static bool Reaches(Caller caller, Guid userId) => caller.UserId == userId || caller.Is(Role.Admin);

    static string GroundsOf(PatientResponse patient, Guid userId, Caller caller)
    {
        if (caller.UserId != userId) return Grounds.Admin;
        return patient.Id == userId ? Grounds.Own : Grounds.Related + Wire(patient.Relation!.Value);
    }

    static string Wire(Relation relation) => relation.ToString().ToLowerInvariant();
}
