namespace Consilium.Modules.Audit.Contracts;

/// <summary>
/// Who did what, when, to which thing, and how it ended. Append-only; holds ids and never content. Modules with hand-written statements
/// insert into the view <see cref="AppendView"/> in the same statement as the change.
/// </summary>
internal interface IAuditTrail
{
    const string AppendView = "audit.access_append";

    /// <summary>(id, at, actor_id, actor_role, action, resource, outcome, reason, subject_id): the entries about somebody's data.</summary>
    const string SubjectsView = "audit.access_subjects";

    /// <summary>Adds an entry to the request's transaction: it is kept if and only if the change is. Saved by the next SaveChanges.</summary>
    void Add(AuditEntry entry);

    /// <summary>Keeps an entry for a read or a refusal, on its own. Await it before the answer leaves: it returns once it is durable.</summary>
    Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken);

    /// <summary>The same for a read that shows the data of several people: one entry each, kept together.</summary>
    Task RecordAllAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken);
}

/// <summary>One line of the trail.</summary>
/// <param name="ActorId">The user or API key that acted; null when nobody is known (a failed login).</param>
/// <param name="Action">Dotted and stable: <c>case.read</c>, <c>session.started</c>.</param>
/// <param name="Resource">Kind and id: <c>case/0198…</c>.</param>
/// <param name="Reason">Why, where a reason is asked for, or why it was refused. Never content.</param>
/// <param name="SubjectId">The patient whose data it is about; they see the entry.</param>
internal sealed record AuditEntry(
    Guid? ActorId, string? ActorRole, string Action, string Resource, AuditOutcome Outcome = AuditOutcome.Ok, string? Reason = null, Guid? SubjectId = null);

internal enum AuditOutcome { Ok, Denied, Failed }
