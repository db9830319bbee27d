using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Records;

/// <summary>What to list. All filters narrow.</summary>
/// <param name="ActorId">Only what this account did, by itself or by its API keys.</param>
/// <param name="Action">Only one kind of read or change: <c>report.read</c>.</param>
/// <param name="Outcome">Only reads and changes that ended so. Others than <c>ok</c> are for administrators.</param>
/// <param name="From">Only what happened at this time or later.</param>
/// <param name="To">Only what happened before this time.</param>
internal sealed record AccessLogFilter(
    [property: FromQuery(Name = "actor_id")] Guid? ActorId, [property: FromQuery(Name = "action"), MaxLength(ListAccessLog.MaxAction)] string? Action,
    [property: FromQuery(Name = "outcome"), OneOf("ok", "denied", "failed")] string? Outcome,
    [property: FromQuery(Name = "from")] DateTimeOffset? From, [property: FromQuery(Name = "to")] DateTimeOffset? To,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>Somebody read or changed the patient's data, or was refused.</summary>
/// <param name="Id">The entry's number: newer ones have larger ones.</param>
/// <param name="At">When it happened.</param>
/// <param name="ActorId">The account; of a program, the account that it acts as.</param>
/// <param name="ActorName">The name of who did it; null when it is not known.</param>
/// <param name="ActorRole">What the account was at that time; null when it is not known.</param>
/// <param name="Action">What was done: <c>report.read</c>.</param>
/// <param name="Resource">To what, as kind and id.</param>
/// <param name="Reason">On what grounds it was allowed; of a program, its API key too.</param>
/// <param name="Outcome">ok; denied and failed are shown only to administrators.</param>
internal sealed record AccessLogEntry(
    long Id, DateTimeOffset At, Guid? ActorId, string? ActorName, string? ActorRole, string Action, string Resource, string? Reason, string Outcome);

/// <summary>Who read or changed a patient's data: for the patient and who acts for them; administrators see refusals as well. Newest first.</summary>
internal static class ListAccessLog
{
    public const int MaxAction = 100;

    static readonly Role[] Readers = [Role.Patient, Role.User, Role.Admin];

    public static void Map(RouteGroupBuilder api) => api.MapGet("/api/v1/patients/{id:guid}/access-log", HandleAsync)
        .WithTags("Records")
        .RequireRoles(Readers)
        .AllowScope(PatientRule.Scope)
        .WithSummary("List who read or changed a patient's data")
        .WithParameter("id", "The patient, by their id.")
        .WithDescription("""
            Newest first. For the patient and related users, who see what was done and on what grounds; administrators see refusals as well. The read itself is an entry too,
            which the next read shows. `from` and `to` are times (RFC 3339), `to` is not included.
            """);

    static async Task<Results<Ok<Page<AccessLogEntry>>, ProblemHttpResult>> HandleAsync(
        Guid id, [AsParameters] AccessLogFilter filter, Caller caller, RequestTransaction transaction, AccessLog log, CancellationToken cancellationToken)
    {
        if (filter.Outcome is not (null or "ok") && !caller.Is(Role.Admin)) return Problems.Invalid("outcome", "is for administrators: others see what was allowed.");
        var before = long.MaxValue;
        if (filter.Cursor is not null && (!Cursor.TryRead(filter.Cursor, out before) || before <= 0)) return Problems.Invalid("cursor", "is not one of this list's cursors.");

        var limit = Limit.Or(filter.Limit);
        var (grounds, entries) = await ReadAsync(transaction, id, filter, caller, before, limit + 1, cancellationToken);
        await log.ReadAsync(caller, id, "access_log.read", $"patient/{id}", grounds, cancellationToken);
        return grounds is null ? Problems.NotFound() : TypedResults.Ok(Page.Of(entries, limit, last => last.Id));
    }

    static async Task<(string? Grounds, List<AccessLogEntry> Entries)> ReadAsync(
        RequestTransaction transaction, Guid patientId, AccessLogFilter filter, Caller caller, long before, int count, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add(Sql).By(caller).With(patientId).With(before).With(NpgsqlDbType.Uuid, filter.ActorId).With(NpgsqlDbType.Text, filter.Action)
            .With(NpgsqlDbType.Text, caller.Is(Role.Admin) ? filter.Outcome : "ok")
            .With(NpgsqlDbType.TimestampTz, filter.From?.ToUniversalTime()).With(NpgsqlDbType.TimestampTz, filter.To?.ToUniversalTime()).With(count);
        var entries = new List<AccessLogEntry>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken)) return (null, entries);
        var grounds = rows.GetString(0);
        if (rows.IsDBNull(1)) return (grounds, entries);
        do entries.Add(Entry(rows));
        while (await rows.ReadAsync(cancellationToken));
        return (grounds, entries);
    }

    static AccessLogEntry Entry(NpgsqlDataReader row) => new(
        row.GetInt64(1), row.GetFieldValue<DateTimeOffset>(2), row.Nullable<Guid>(3), row.NullableString(4), row.NullableString(5), row.GetString(6),
        row.GetString(7), row.NullableString(8), row.GetString(9));

    // The patient's row comes with every entry, and alone when there is none: one round trip tells "empty" from "not there".
    static readonly string Sql = $"""
        SELECT allowed.grounds, e.id, e.at, e.actor_id, e.name, e.actor_role, e.action, e.resource, e.reason, e.outcome
        FROM (SELECT p.id, access.grounds FROM {CareViews.Patients} p {PatientRule.Join("p.id")} WHERE p.id = $3) allowed
        LEFT JOIN LATERAL (
            SELECT e.*, actor.name FROM {IAuditTrail.SubjectsView} e LEFT JOIN accounts.access_users actor ON actor.id = e.actor_id
            WHERE e.subject_id = $3 AND e.id < $4
                AND ($5 IS NULL OR e.actor_id = $5) AND ($6 IS NULL OR e.action = $6) AND ($7 IS NULL OR e.outcome = $7)
                AND ($8 IS NULL OR e.at >= $8) AND ($9 IS NULL OR e.at < $9)
            ORDER BY e.id DESC LIMIT $10) e ON true
        WHERE allowed.grounds NOT IN ('{Grounds.Doctor}', '{Grounds.Hospital}')
        ORDER BY e.id DESC
        """;
}
