using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Whether a model may be asked, before it is asked. What was spent is read from the calls themselves, so that nothing is counted twice and no counter
/// can be lost. Calls that begin at the same moment do not see each other's price: a day may end above its limit by as many calls as there are workers.
/// </summary>
internal sealed class Budget(NpgsqlDataSource database, BudgetSettings settings, TimeProvider clock, ILogger<Budget> log)
{
    /// <summary>What a call counts whose provider did not say, if it had begun to answer or may have.</summary>
    const int UncountedCall = 2_000;

    // The built-in rules cost nothing; a provider that failed without a word and without a count is taken to have refused.
    const string Spent = """
        SELECT coalesce(sum(CASE
            WHEN input_tokens IS NOT NULL OR output_tokens IS NOT NULL THEN coalesce(input_tokens, 0) + coalesce(output_tokens, 0)
            WHEN first_text_at IS NULL AND outcome = 'failed' THEN 0
            ELSE $4 END), 0)
        FROM assistant.calls WHERE started_at >= $2 AND started_at < $3 AND provider <> $5
        """;

    /// <summary>False when the owner or the installation has spent the day's tokens, or would, or too much of the owner's waits: then only what costs nothing may answer.</summary>
    /// <param name="ownerId">Whose threads the calls are for.</param>
    /// <param name="estimatedTokens">Of the messages to send and the answer.</param>
    public async Task<bool> AllowsAsync(Guid ownerId, int estimatedTokens, CancellationToken cancellationToken)
    {
        // Keys of programs act as the built-in assistant unless they name an account: those are many under one id, and the installation's limit is theirs.
        var limits = ownerId == AssistantAccount.Id ? settings with { OwnerTokensPerDay = 0, QueuedPerOwner = 0 } : settings;
        if (limits is { OwnerTokensPerDay: 0, TokensPerDay: 0, QueuedPerOwner: 0 }) return true;
        var today = clock.GetUtcNow().UtcDateTime.Date;
        await using var command = database.CreateCommand($"""
            SELECT CASE WHEN $6 = 0 THEN 0 ELSE ({Spent} AND owner_id = $1) END,
                   CASE WHEN $7 = 0 THEN 0 ELSE ({Spent}) END,
                   CASE WHEN $8 = 0 THEN 0 ELSE (
                       SELECT count(*) FROM assistant.runs r JOIN {ThreadViews.Threads} t ON t.id = r.thread_id
                       WHERE r.status IN ('queued', 'running') AND t.owner_id = $1) END
            """);
        command.Parameters.With(ownerId).With(NpgsqlDbType.TimestampTz, today).With(NpgsqlDbType.TimestampTz, today.AddDays(1))
            .With(UncountedCall).With(BuiltInRules.Source.Provider).With(limits.OwnerTokensPerDay).With(limits.TokensPerDay).With(limits.QueuedPerOwner);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var exceeded = Exceeds(row.GetInt64(0) + estimatedTokens, limits.OwnerTokensPerDay) ? nameof(limits.OwnerTokensPerDay)
            : Exceeds(row.GetInt64(1) + estimatedTokens, limits.TokensPerDay) ? nameof(limits.TokensPerDay)
            : Exceeds(row.GetInt64(2), limits.QueuedPerOwner) ? nameof(limits.QueuedPerOwner)
            : null;
        if (exceeded is not null) log.LogWarning("A model was not asked: {Limit} is reached; owner {Owner}", exceeded, ownerId);
        return exceeded is null;
    }

    static bool Exceeds(long spent, long limit) => limit > 0 && spent > limit;
}
