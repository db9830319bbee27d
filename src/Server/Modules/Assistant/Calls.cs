using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Assistant;

/// <summary>Keeps each call to a provider as a row: who was asked, when, how it ended, what it used. Written between the calls, never between a token and its reader.</summary>
internal sealed class Calls(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>Keeps that a provider is about to be asked. Null when the run is another's by now, or has ended.</summary>
    public async Task<Call?> BeginAsync(Run run, AnswerSource source, string promptVersion, int startOffset, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            WITH held AS MATERIALIZED (SELECT id FROM assistant.runs WHERE {RunSteps.Held} FOR KEY SHARE)
            INSERT INTO assistant.calls (run_id, number, fence, owner_id, provider, model, prompt_version, start_offset, started_at)
            SELECT id, 1 + (SELECT coalesce(max(c.number), 0) FROM assistant.calls c WHERE c.run_id = $1), $2, $3, $4, $5, $6, $7, $8 FROM held
            RETURNING number
            """);
        command.Parameters.With(run.Id).With(run.Fence).With(run.OwnerId).With(source.Provider).With(source.Model).With(promptVersion).With(startOffset)
            .With(clock.UtcNow());
        return await command.ExecuteScalarAsync(cancellationToken) is int number ? new(run.Id, number) : null;
    }

    /// <summary>Keeps how it ended. Changes nothing when somebody else has said so before.</summary>
    public async Task EndAsync(Call call, CallEnded end, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            UPDATE assistant.calls SET outcome = $3, reason = $4, input_tokens = $5, output_tokens = $6, first_text_at = $7, finished_at = $8
            WHERE run_id = $1 AND number = $2 AND outcome = '{CallOutcomes.Running}'
            """);
        command.Parameters.With(call.RunId).With(call.Number).With(end.Outcome).With(NpgsqlDbType.Text, end.Reason)
            .With(NpgsqlDbType.Integer, end.InputTokens).With(NpgsqlDbType.Integer, end.OutputTokens)
            .With(NpgsqlDbType.TimestampTz, call.FirstTextAt).With(clock.UtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>A call under way.</summary>
internal sealed record Call(Guid RunId, int Number)
{
    public DateTimeOffset? FirstTextAt { get; set; }
}

/// <summary>The words of <c>assistant.calls</c>.</summary>
internal static class CallOutcomes
{
    public const string Running = "running";
    public const string Completed = CallEnded.Completed;
    public const string Stopped = "stopped";

    /// <summary>Its worker was not heard of any more.</summary>
    public const string Lost = "lost";

    /// <summary>The reason of a lost call.</summary>
    public const string WorkerLost = "worker_lost";
}
