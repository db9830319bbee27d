using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Search;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Consilium.Modules.Conversations;

/// <summary>
/// Who may do what at this door, and the only way to load a conversation: programs write by a key with the scope, and whoever knows its random id
/// may read, unless the settings say otherwise. What is read, or is not there, is written to the audit trail before the answer leaves.
/// </summary>
internal sealed class ConversationAccess(RequestTransaction transaction, NpgsqlDataSource database, IAuditTrail audit)
{
    public const string ReadScope = "conversations:read";
    public const string WriteScope = "conversations:write";

    public static readonly ThreadPolicy Policy = new(
        Kind: "conversation", Read: _ => Reach.All, Post: _ => Reach.All, RoleOf: _ => SenderRole.User, TakesTurn: _ => false) { HasRandomIds = true };

    public static ThreadScope ScopeOf(Guid conversationId, Caller caller) => ThreadScope.ToRead(Policy, conversationId, caller);

    /// <summary>The conversation as it is now. Null when there is none, or it has not the text in title or description.</summary>
    public async Task<ConversationResponse?> FindAsync(Guid id, string? text, CancellationToken cancellationToken)
    {
        var part = await PatternOfAsync(text, cancellationToken);
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT c.id, c.title, c.description, t.created_at, t.updated_at
            FROM conversations.conversations c JOIN {ThreadViews.Threads} t ON t.id = c.id
            WHERE c.id = $1 AND ($2 = '' OR platform.search_form(c.title) ~ $2 OR platform.search_form(c.description) ~ $2)
            """).With(id).With(part);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(row.GetGuid(0), row.NullableString(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3), row.GetFieldValue<DateTimeOffset>(4))
            : null;
    }

    /// <summary>A part of a text as a pattern for what <c>platform.search_form</c> makes of texts; empty when it asks for nothing.</summary>
    public async Task<string> PatternOfAsync(string? part, CancellationToken cancellationToken) =>
        part is null ? "" : await SearchTerms.PartOfTextAsync(database, part, cancellationToken);

    /// <summary>Writes down that something of a conversation was read, or asked for in vain.</summary>
    /// <param name="caller">Null when nobody has said who he is.</param>
    public Task RecordAsync(Guid conversationId, string what, bool found, Caller? caller, CancellationToken cancellationToken) =>
        audit.RecordAsync(
            new(caller?.UserId, caller?.Role.Wire(), what, $"{Policy.Kind}/{conversationId}", found ? AuditOutcome.Ok : AuditOutcome.Denied), cancellationToken);

    /// <summary>The 404 of a route that takes a body, before that is looked at.</summary>
    public static async Task<ProblemDetails?> RefusalAsync(HttpContext http)
    {
        var access = http.RequestServices.GetRequiredService<ConversationAccess>();
        var id = Guid.Parse((string)http.GetRouteValue("id")!);
        if (await access.FindAsync(id, null, http.RequestAborted) is not null) return null;
        await access.RecordAsync(id, "message.post", found: false, http.FindCaller(), http.RequestAborted);
        return Problems.NotFound().ProblemDetails;
    }
}
