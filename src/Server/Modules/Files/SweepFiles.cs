using System.Globalization;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Jobs;
using Consilium.Platform.Json;
using Npgsql;

namespace Consilium.Modules.Files;

/// <summary>
/// Clears away what nobody will ask for: uploads that were not attached in time, bytes whose files are gone, bytes that never became a file,
/// what dead processes left half received. In small transactions; what it does not get done it does the next time.
/// </summary>
internal sealed class SweepFiles(
    RequestTransaction transaction, NpgsqlDataSource database, IBlobStore store, UnusedBlobs unused, FilesSettings settings, TimeProvider clock) : IScheduledJob
{
    const int AtOnce = 100;
    static readonly TimeSpan Untouched = TimeSpan.FromHours(1); // longer than any upload takes from its last byte to its commit
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(40);

    public string Kind => "files.sweep";
    public JobLane Lane => JobLane.Heavy;
    public string Description => "Removes uploads that nobody attached, stored bytes that no file needs, and what was left half received.";
    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        var (uploads, blobs, found) = (0, 0, AtOnce);
        while (HasTime() && found == AtOnce) uploads += found = await RemoveUnattachedAsync(cancellationToken);
        found = AtOnce;
        while (HasTime() && found == AtOnce)
        {
            var names = await UnusedAsync(cancellationToken);
            found = names.Count;
            blobs += await RemoveAsync(names, cancellationToken);
        }
        await foreach (var names in store.ListAsync(clock.UtcNow() - Untouched, cancellationToken).Chunk(AtOnce).WithCancellation(cancellationToken))
        {
            blobs += await RemoveAsync(await WithoutRowAsync(names, cancellationToken), cancellationToken);
            if (!HasTime()) break;
        }
        var staged = await store.RemoveStagedAsync(clock.UtcNow() - Untouched, cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{uploads} uploads, {blobs} blobs, {staged} half received removed");

        bool HasTime() => clock.GetElapsedTime(begun) < Longest;
    }

    Task<int> RemoveUnattachedAsync(CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        var ids = new List<Guid>();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            WITH unattached AS (
                DELETE FROM files.files WHERE id IN (
                    SELECT id FROM files.files WHERE item_id IS NULL AND created_at < $1 ORDER BY created_at LIMIT {AtOnce} FOR UPDATE SKIP LOCKED)
                RETURNING id, owner_id, size
            ), freed AS (
                {FileRemoval.FreeUsage("unattached")}
            )
            SELECT id FROM unattached
            """).With(clock.UtcNow() - settings.KeepUnused);
        await using (var rows = await batch.ExecuteReaderAsync(cancellationToken))
            while (await rows.ReadAsync(cancellationToken)) ids.Add(rows.GetGuid(0));
        await FileRemoval.ForgetAnswersAsync(transaction, ids, cancellationToken);
        return ids.Count;
    }, cancellationToken);

    async Task<List<string>> UnusedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"""
            SELECT sha256 FROM files.blobs b WHERE NOT EXISTS (SELECT 1 FROM files.files f WHERE f.sha256 = b.sha256) LIMIT {AtOnce}
            """);
        return await NamesAsync(command, cancellationToken);
    }

    async Task<int> RemoveAsync(List<string> names, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var sha256 in names)
            if (await unused.RemoveAsync(sha256, cancellationToken)) removed++;
        return removed;
    }

    async Task<List<string>> WithoutRowAsync(string[] names, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT n FROM unnest($1) n WHERE NOT EXISTS (SELECT 1 FROM files.blobs b WHERE b.sha256 = n)");
        command.Parameters.With(names);
        return await NamesAsync(command, cancellationToken);
    }

    static async Task<List<string>> NamesAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) names.Add(rows.GetString(0));
        return names;
    }
}

/// <summary>
/// At the start: what is staged then was being received when its process died, for a data directory has one server at a time. Where others may
/// write too, it is left to the sweep.
/// </summary>
internal sealed class RemoveHalfReceived(IBlobStore store, FilesDirectory directory) : IStartupTask
{
    public Task RunAsync(CancellationToken cancellationToken) =>
        directory.MayBeShared ? Task.CompletedTask : store.RemoveStagedAsync(DateTimeOffset.MaxValue, cancellationToken);
}

/// <summary>What goes with the rows of files.</summary>
internal static class FileRemoval
{
    /// <summary>The statement that takes removed files off what their owners' weigh together.</summary>
    /// <param name="removed">The name of a query with <c>owner_id</c> and <c>size</c>.</param>
    public static string FreeUsage(string removed) => $"""
        UPDATE files.usage u SET bytes = u.bytes - r.bytes
        FROM (SELECT owner_id, sum(size) AS bytes FROM {removed} WHERE size IS NOT NULL GROUP BY owner_id) r WHERE u.owner_id = r.owner_id
        """;

    /// <summary>Forgets the stored answers to their uploads.</summary>
    public static async Task ForgetAnswersAsync(RequestTransaction transaction, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0) return;
        await using var batch = await transaction.BatchAsync(cancellationToken);
        foreach (var id in ids) batch.Add(StoredAnswer.PurgeSql).With(id);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
