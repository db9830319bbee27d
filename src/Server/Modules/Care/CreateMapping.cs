using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Care;

/// <summary>Which two to map.</summary>
internal interface IMappingRequest
{
    Guid First { get; }
    Guid Second { get; }
    Relation? Relation { get; }
}

/// <summary>A hospital and a doctor who is to work there.</summary>
/// <param name="HospitalId">A hospital's own, or for administrators any.</param>
/// <param name="DoctorId">Any doctor.</param>
internal sealed record HospitalDoctorRequest(Guid HospitalId, Guid DoctorId) : IMappingRequest
{
    Guid IMappingRequest.First => HospitalId;
    Guid IMappingRequest.Second => DoctorId;
    Relation? IMappingRequest.Relation => null;
}

/// <summary>A hospital and a patient whom it is to take in.</summary>
/// <param name="HospitalId">A hospital's own, or for administrators any.</param>
/// <param name="PatientId">Any patient whose id the caller was given.</param>
internal sealed record HospitalPatientRequest(Guid HospitalId, Guid PatientId) : IMappingRequest
{
    Guid IMappingRequest.First => HospitalId;
    Guid IMappingRequest.Second => PatientId;
    Relation? IMappingRequest.Relation => null;
}

/// <summary>A doctor and a patient whom the doctor is to treat.</summary>
/// <param name="DoctorId">A doctor of the hospital, or for administrators any.</param>
/// <param name="PatientId">A patient of the hospital, or for administrators any.</param>
internal sealed record DoctorPatientRequest(Guid DoctorId, Guid PatientId) : IMappingRequest
{
    Guid IMappingRequest.First => DoctorId;
    Guid IMappingRequest.Second => PatientId;
    Relation? IMappingRequest.Relation => null;
}

/// <summary>An account and a patient for whom it is to act.</summary>
/// <param name="UserId">An active account: a user, a patient, or the one that a program acts as.</param>
/// <param name="PatientId">A patient of the hospital, or for administrators any.</param>
/// <param name="Relation">What the user is to the patient.</param>
internal sealed record UserPatientRequest(Guid UserId, Guid PatientId, Relation Relation) : IMappingRequest
{
    Guid IMappingRequest.First => UserId;
    Guid IMappingRequest.Second => PatientId;
    Relation? IMappingRequest.Relation => Relation;
}

/// <summary>Maps two to each other: administrators any, a hospital its own. From the commit on, the one may read what the other's mapping opens.</summary>
internal sealed class CreateMapping(RequestTransaction transaction, MappingLog log, CareSettings settings, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder api)
    {
        Map<HospitalDoctorRequest>(api, MappingKind.HospitalDoctor, "The doctor works at the hospital. It opens no patient's data by itself.");
        Map<HospitalPatientRequest>(api, MappingKind.HospitalPatient, "The hospital may read the patient's data. Where the operator allows it, a hospital can map any patient whose id it was given.");
        Map<DoctorPatientRequest>(api, MappingKind.DoctorPatient, "The doctor treats the patient, and may read the patient's data and write into the record.");
        Map<UserPatientRequest>(api, MappingKind.UserPatient, "The user acts for the patient, and may read the patient's data.");
    }

    static void Map<TRequest>(RouteGroupBuilder api, MappingKind kind, string meaning) where TRequest : IMappingRequest =>
        api.MapPost(kind.Path, (TRequest request, Caller caller, CreateMapping useCase, CancellationToken cancellationToken) =>
                useCase.HandleAsync(kind, request, caller, cancellationToken))
            .RequireRoles(MappingKind.Roles)
            .JudgesReplays<RouteHandlerBuilder, CreateMapping>((useCase, replay) => useCase.ReplayRefusalAsync(kind, replay))
            .WithTags("Mappings")
            .WithSummary($"Map a {kind.First.Name} and a {kind.Second.Name}")
            .WithDescription($"{meaning} 409 `already_mapped` when they are mapped.");

    async Task<Results<Created<MappingResponse>, ProblemHttpResult>> HandleAsync(
        MappingKind kind, IMappingRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (kind == MappingKind.HospitalPatient && caller.Is(Role.Hospital) && !settings.HospitalsMapPatients)
        {
            await log.RefusedAsync(kind, mappingId: null, request.Second, "mapping.created", caller, cancellationToken);
            return Problems.Of(403, "administrators_map_patients", "Here administrators alone map patients to hospitals: ask one.");
        }
        var mapping = kind.Of(Guid.CreateVersion7(), request.First, request.Second, request.Relation, clock.UtcNow());
        var (hasFirst, hasSecond, isMade) = await transaction.RunAsync(async () =>
        {
            var outcome = await InsertAsync(kind, mapping, request, caller, cancellationToken);
            if (outcome.IsMade) await log.ChangedAsync(kind, mapping, "mapping.created", caller, cancellationToken);
            return outcome;
        }, cancellationToken);
        if (isMade) return TypedResults.Created($"{kind.Path}/{mapping.Id}", mapping);
        if (hasFirst && hasSecond) return Problems.Conflict("already_mapped", "These two are mapped to each other already.");

        await log.RefusedAsync(kind, mappingId: null, mapping.PatientId, "mapping.created", caller, cancellationToken);
        var missing = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (!hasFirst) missing[kind.First.Column] = [$"names no {kind.First.Name} that you may map."];
        if (!hasSecond) missing[kind.Second.Column] = [$"names no {kind.Second.Name} that you may map."];
        return Problems.Invalid(missing);
    }

    /// <summary>Null when the caller may map these two still. An answer that names a patient counts as read.</summary>
    async Task<IResult?> ReplayRefusalAsync(MappingKind kind, Replay replay)
    {
        var (caller, cancellationToken) = (replay.Http.Caller(), replay.Http.RequestAborted);
        if (replay.InBody("id") is not { } id || replay.InBody(kind.First.Column) is not { } first || replay.InBody(kind.Second.Column) is not { } second) return null;
        bool may;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add($"SELECT $2 OR ({kind.First.OfHospital("$3")} AND {kind.Second.OfHospital("$4")})").By(caller).With(first).With(second);
            may = await batch.ExecuteScalarAsync(cancellationToken) is true;
        }
        if (!may) await log.RefusedAsync(kind, id, replay.InBody("patient_id"), "mapping.read", caller, cancellationToken);
        else if (replay.IsShown) await log.ReadAsync(kind, kind.Of(id, first, second, relation: null, clock.UtcNow()), caller, cancellationToken);
        return may ? null : Problems.NotFound();
    }

    async Task<(bool HasFirst, bool HasSecond, bool IsMade)> InsertAsync(
        MappingKind kind, MappingResponse mapping, IMappingRequest request, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        var (column, value) = kind.HasRelation ? (", relation", ", $7") : ("", "");
        var parameters = batch.Add($"""
            WITH first AS ({kind.First.Find("$4")}), second AS ({kind.Second.Find("$5")}),
            made AS (
                INSERT INTO {kind.Table} (id, {kind.First.Column}, {kind.Second.Column}, created_by, created_at{column})
                SELECT $3, first.id, second.id, $1, $6{value} FROM first, second
                ON CONFLICT ({kind.First.Column}, {kind.Second.Column}) DO NOTHING RETURNING id)
            SELECT EXISTS (SELECT 1 FROM first), EXISTS (SELECT 1 FROM second), EXISTS (SELECT 1 FROM made)
            """).By(caller).With(mapping.Id).With(request.First).With(request.Second).With(mapping.CreatedAt);
        if (request.Relation is { } relation) parameters.With(relation.ToString().ToLowerInvariant());
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetBoolean(0), row.GetBoolean(1), row.GetBoolean(2));
    }
}
