using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Records;

/// <summary>The first case history of a patient.</summary>
/// <param name="Summary">1 to 50 000 characters.</param>
/// <param name="Documents">The ids of documents of the patient, at most 100.</param>
internal sealed record CreateCaseHistoryRequest(string? Summary, IReadOnlyList<Guid>? Documents);

/// <summary>The next version of a case history.</summary>
/// <param name="Summary">1 to 50 000 characters.</param>
/// <param name="Documents">The ids of documents of the patient, at most 100. None when it is missing.</param>
/// <param name="Version">The version that this one was written from: with another since, 409. Without it the last one to write wins.</param>
internal sealed record UpdateCaseHistoryRequest(string? Summary, IReadOnlyList<Guid>? Documents, long? Version);

internal sealed class CreateCaseHistoryValidator : AbstractValidator<CreateCaseHistoryRequest>
{
    public CreateCaseHistoryValidator()
    {
        RuleFor(r => r.Summary).Text(1, WriteCaseHistory.MaxSummary);
        RuleFor(r => r.Documents).Documents();
    }
}

internal sealed class UpdateCaseHistoryValidator : AbstractValidator<UpdateCaseHistoryRequest>
{
    public UpdateCaseHistoryValidator()
    {
        RuleFor(r => r.Summary).Text(1, WriteCaseHistory.MaxSummary);
        RuleFor(r => r.Documents).Documents();
        RuleFor(r => r.Version).GreaterThan(0).WithMessage("must be 1 or more.");
    }
}

internal static class DocumentRules
{
    public static void Documents<T>(this IRuleBuilder<T, IReadOnlyList<Guid>?> rule) =>
        rule.Entries(Records.Documents.MaxTogether).Custom(Judge);

    static void Judge<T>(IReadOnlyList<Guid>? ids, ValidationContext<T> context)
    {
        var named = new HashSet<Guid>();
        for (var i = 0; i < ids?.Count; i++)
            if (!named.Add(ids[i])) context.AddFailure($"{context.PropertyPath}[{i}]", "is named twice.");
    }
}

/// <summary>Writes a patient's case history, version upon version: treating doctors and administrators.</summary>
internal sealed class WriteCaseHistory(
    RequestTransaction transaction, ConsiliumDb db, CaseHistories histories, AccessLog log, PatientChanges changes, TimeProvider clock)
{
    public const int MaxSummary = 50_000;

    const string Created = "case_history.created";
    const string Updated = "case_history.updated";

    public static void Map(RouteGroupBuilder patients)
    {
        patients.MapPost("/{id:guid}/case-history", (
                Guid id, CreateCaseHistoryRequest request, Caller caller, HttpContext http, WriteCaseHistory useCase) =>
                useCase.CreateAsync(id, request, caller, http))
            .RequireRoles(PatientRule.Writers)
            .JudgesReplays<RouteHandlerBuilder, PatientReplays>((judge, replay) =>
                judge.RefusalAsync(replay.InAddress("id"), PatientRule.MayWrite, "case_history.read", $"case_history/{replay.InAddress("id")}", replay))
            .WithSummary("Write the first case history of a patient")
            .WithEntityTag()
            .WithDescription("""
                For treating doctors and administrators. 409 `history_exists` when somebody has written one: then write its next version. One that `create_if_not_exists` made
                and that is still empty is written by this, as its version 2.
                """);
        patients.MapPut("/{id:guid}/case-history", (
                Guid id, UpdateCaseHistoryRequest request, Caller caller, HttpContext http, WriteCaseHistory useCase) =>
                useCase.UpdateAsync(id, request, caller, http))
            .RequireRoles(PatientRule.Writers)
            .WithSummary("Write the next version of a case history")
            .WithEntityTag()
            .WithDescription("""
                For treating doctors and administrators. Say in `version`, or in `If-Match`, which version you have read: when somebody wrote another meanwhile, nothing is written
                (409 `version_conflict`, 412 with `If-Match`).
                """)
            .ProducesProblem(412);
    }

    /// <summary>Makes an empty case history where there is none and the caller may write one; otherwise changes nothing.</summary>
    public Task StartAsync(Guid patientId, Caller caller, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        var (grounds, added) = await AddAsync(patientId, "", [], caller, cancellationToken);
        if (added) await KeepAsync(patientId, Created, grounds!, caller, cancellationToken);
    }, cancellationToken);

    Task<Results<Created<CaseHistoryResponse>, ProblemHttpResult>> CreateAsync(Guid id, CreateCaseHistoryRequest request, Caller caller, HttpContext http) =>
        transaction.RunAsync<Results<Created<CaseHistoryResponse>, ProblemHttpResult>>(async () =>
        {
            var ids = request.Documents ?? [];
            if (await RefusalAsync(id, ids, Created, caller, http.RequestAborted) is { } refusal) return refusal;
            var (grounds, added) = await AddAsync(id, request.Summary!.Trimmed(), ids, caller, http.RequestAborted);
            if (grounds is null) return Problems.NotFound();
            if (!added && !await WriteEmptyAsync(id, request.Summary!.Trimmed(), ids, caller, http.RequestAborted))
                return Problems.Conflict("history_exists", "This patient has a case history already: write its next version.");
            var written = await KeepAsync(id, Created, grounds, caller, http.RequestAborted);
            http.Response.Headers.ETag = VersionTag.Of(written.Version, written.Documents);
            return TypedResults.Created($"/api/v1/patients/{id}/case-history", written);
        }, http.RequestAborted);

    Task<Results<Ok<CaseHistoryResponse>, ProblemHttpResult>> UpdateAsync(Guid id, UpdateCaseHistoryRequest request, Caller caller, HttpContext http) =>
        transaction.RunAsync<Results<Ok<CaseHistoryResponse>, ProblemHttpResult>>(async () =>
        {
            var ids = request.Documents ?? [];
            if (await RefusalAsync(id, ids, Updated, caller, http.RequestAborted) is { } refusal) return refusal;
            if (await LockAsync(id, caller, http.RequestAborted) is not var (grounds, current)) return Problems.NotFound();
            if (VersionTag.Refusal(http, current) is { } outdated) return outdated;
            if (request.Version is { } seen && seen != current) return VersionTag.Stale(current);
            await AddVersionAsync(id, request.Summary!.Trimmed(), ids, caller, http.RequestAborted);
            var written = await KeepAsync(id, Updated, grounds, caller, http.RequestAborted);
            http.Response.Headers.ETag = VersionTag.Of(written.Version, written.Documents);
            return TypedResults.Ok(written);
        }, http.RequestAborted);

    /// <summary>Why the caller may not write this; null when he may. To whoever may not write, what he would write is not looked at.</summary>
    async Task<ProblemHttpResult?> RefusalAsync(Guid patientId, IReadOnlyList<Guid> documentIds, string action, Caller caller, CancellationToken cancellationToken)
    {
        var own = new HashSet<Guid>();
        var mayWrite = false;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add($"""
                SELECT d.id FROM {CareViews.Patients} p {PatientRule.Join("p.id")}
                LEFT JOIN records.documents d ON d.patient_id = p.id AND d.id = ANY ($4)
                WHERE p.id = $3 AND {PatientRule.MayWrite}
                """).By(caller).With(patientId).With(documentIds.ToArray());
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
            {
                mayWrite = true;
                if (rows.Nullable<Guid>(0) is { } document) own.Add(document);
            }
        }
        if (!mayWrite)
        {
            await log.ReadAsync(caller, patientId, action, CaseHistoryResponse.Resource(patientId), grounds: null, cancellationToken);
            return Problems.NotFound();
        }
        var foreign = documentIds.Index().Where(entry => !own.Contains(entry.Item)).Select(entry => entry.Index).ToList();
        return foreign.Count == 0
            ? null
            : Problems.Invalid(foreign.ToDictionary(i => $"documents[{i}]", _ => new[] { "is no document of this patient." }, StringComparer.Ordinal));
    }

    async Task<(string? Grounds, bool Added)> AddAsync(
        Guid patientId, string summary, IReadOnlyList<Guid> documentIds, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            WITH patient AS (
                SELECT p.id, access.grounds FROM {CareViews.Patients} p {PatientRule.Join("p.id")} WHERE p.id = $3 AND {PatientRule.MayWrite}
            ), history AS (
                INSERT INTO records.case_histories (patient_id, id, version, created_at, updated_at) SELECT id, $4, 1, $5, $5 FROM patient
                ON CONFLICT (patient_id) DO NOTHING RETURNING patient_id
            ), first AS (
                INSERT INTO records.case_history_versions (patient_id, version, summary, document_ids, written_by, written_at)
                SELECT patient_id, 1, $6, $7, $1, $5 FROM history
            )
            SELECT grounds, EXISTS (SELECT 1 FROM history) FROM patient
            """).By(caller).With(patientId).With(Guid.CreateVersion7()).With(clock.UtcNow()).With(summary).With(documentIds.ToArray());
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), row.GetBoolean(1)) : default;
    }

    /// <summary>Whoever writes comes one after the other, and so no version is lost. Null when there is no history that the caller may write.</summary>
    async Task<(string Grounds, int Version)?> LockAsync(Guid patientId, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT access.grounds, h.version FROM records.case_histories h {PatientRule.Join("h.patient_id")}
            WHERE h.patient_id = $3 AND {PatientRule.MayWrite} FOR UPDATE OF h
            """).By(caller).With(patientId);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetString(0), row.GetInt32(1)) : null;
    }

    /// <summary>
    /// Writes into a history that was made on demand and holds nothing yet: nobody can write an empty summary. False when somebody has written it. The look
    /// comes after the lock, so of two at once the second sees what the first has written.
    /// </summary>
    async Task<bool> WriteEmptyAsync(Guid patientId, string summary, IReadOnlyList<Guid> documentIds, Caller caller, CancellationToken cancellationToken)
    {
        if (await LockAsync(patientId, caller, cancellationToken) is null) return false;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add("SELECT summary = '' FROM records.case_history_versions WHERE patient_id = $1 AND is_current").With(patientId);
            if (await batch.ExecuteScalarAsync(cancellationToken) is not true) return false;
        }
        await AddVersionAsync(patientId, summary, documentIds, caller, cancellationToken);
        return true;
    }

    async Task AddVersionAsync(Guid patientId, string summary, IReadOnlyList<Guid> documentIds, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("UPDATE records.case_history_versions SET is_current = false WHERE patient_id = $1 AND is_current").With(patientId);
        batch.Add("""
            WITH next AS (
                UPDATE records.case_histories SET version = version + 1, updated_at = greatest(updated_at, $2) WHERE patient_id = $1
                RETURNING patient_id, version, updated_at
            )
            INSERT INTO records.case_history_versions (patient_id, version, summary, document_ids, written_by, written_at)
            SELECT patient_id, version, $3, $4, $5, updated_at FROM next
            """).With(patientId).With(clock.UtcNow()).With(summary).With(documentIds.ToArray()).With(caller.UserId);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The entry of the log and the news that belong to the version just written. Returns it.</summary>
    async Task<CaseHistoryResponse> KeepAsync(Guid patientId, string action, string grounds, Caller caller, CancellationToken cancellationToken)
    {
        log.Add(caller, patientId, action, CaseHistoryResponse.Resource(patientId), grounds);
        await db.SaveChangesAsync(cancellationToken);
        changes.Announce(patientId, PatientChange.History);
        return await histories.WrittenAsync(patientId, cancellationToken);
    }
}
