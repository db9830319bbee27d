using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Modules.Assistant;

/// <summary>Reads a run with its answer: the pieces while it is written, the message once it has ended.</summary>
internal sealed class RunSnapshots(NpgsqlDataSource database)
{
    /// <summary>The columns of a <see cref="RunState"/>, for a table alias <c>r</c>.</summary>
    public const string StateColumns = "r.id, r.thread_id, r.question_id, r.status, r.reason, r.answer_id";

    public static RunState State(NpgsqlDataReader row) =>
        new(row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetString(3), row.NullableString(4), row.Nullable<Guid>(5));

    /// <summary>The run and its text after <paramref name="start"/>, in one statement: what the end takes from the pieces, the message has. Null when there is none.</summary>
    public async Task<RunSnapshot?> ReadAsync(Guid runId, int start, CancellationToken cancellationToken = default)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"""
            SELECT {StateColumns}, r.finished_at IS NOT NULL, m.content, m.retracted_at IS NOT NULL,
                (SELECT string_agg(p.content, '' ORDER BY p.end_offset) FROM assistant.pieces p WHERE p.run_id = r.id AND p.end_offset > $2)
            FROM assistant.runs r LEFT JOIN {ThreadViews.Messages} m ON m.id = r.answer_id
            WHERE r.id = $1
            """, connection);
        command.Parameters.With(runId).With(start);
        await command.PrepareAsync(cancellationToken);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return null;
        var (state, hasEnded) = (State(row), row.GetBoolean(6));
        if (!hasEnded) return new(state, false, start, row.NullableString(9) ?? "", false);
        var answer = row.NullableString(7) ?? "";
        return new(state, true, start, answer.Length > start ? answer[start..] : "", row.IsDBNull(7) || row.GetBoolean(8));
    }
}

/// <summary>A run at one moment.</summary>
/// <param name="Text">The answer after <paramref name="Start"/>.</param>
/// <param name="IsWithdrawn">Whether what was shown is not kept: of a run that ended without an answer, or whose answer was retracted or deleted.</param>
internal sealed record RunSnapshot(RunState State, bool HasEnded, int Start, string Text, bool IsWithdrawn)
{
    /// <summary>Of a run that was read from its beginning: whether readers can have been given the answer up to here, by whole characters.</summary>
    public bool WasShown(int offset) =>
        IsWithdrawn || offset == Text.Length || (offset >= 0 && offset < Text.Length && (offset == 0 || !char.IsLowSurrogate(Text[offset])));
}
