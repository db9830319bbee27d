using System.Text;
using Consilium.Platform.Database;
using Consilium.Platform.Secrets;
using Npgsql;

namespace Consilium.Modules.Settings;

/// <summary>
/// Seals the earlier versions of an entry that has become encrypted: what is a secret now was one before, in the history, in reads of the
/// past and in the database's backups as well.
/// </summary>
internal sealed class SealHistory(RequestTransaction transaction, Vault vault)
{
    /// <summary>Within <see cref="ConfigWriter.RunAsync"/>.</summary>
    public Task OfAsync(Guid[] entries, CancellationToken cancellationToken) =>
        entries.Length == 0 ? Task.CompletedTask : SealAsync("e.id = ANY ($1)", parameters => parameters.With(entries), cancellationToken);

    public Task OfAllAsync(CancellationToken cancellationToken) => transaction.RunAsync(() => SealAsync(
        "EXISTS (SELECT 1 FROM settings.versions newest WHERE newest.entry_id = e.id AND newest.version = e.version AND newest.is_encrypted)",
        _ => { }, cancellationToken), cancellationToken);

    async Task SealAsync(string of, Action<NpgsqlParameterCollection> parameters, CancellationToken cancellationToken)
    {
        var open = new List<StoredVersion>();
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            parameters(batch.Add($"""
                SELECT {StoredVersion.Columns} FROM settings.entries e JOIN settings.versions v ON v.entry_id = e.id
                WHERE {of} AND NOT v.is_encrypted AND v.action <> 'deleted' ORDER BY v.seq FOR UPDATE OF v
                """));
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken)) open.Add(StoredVersion.Read(rows));
        }
        if (open.Count == 0) return;
        await using var changes = await transaction.BatchAsync(cancellationToken);
        foreach (var version in open)
        {
            var box = await vault.SealAsync(Encoding.UTF8.GetBytes(version.Value!), version.BoundTo(), cancellationToken);
            changes.Add("""
                UPDATE settings.versions SET is_encrypted = true, value = NULL, refs = '{}', sealed = $3, data_key_id = $4
                WHERE entry_id = $1 AND version = $2
                """).With(version.EntryId).With(version.Version).With(box.Bytes).With(box.KeyId);
        }
        await changes.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>Does it at the start for the entries that became encrypted before this was done.</summary>
internal sealed class SealOlderHistory(IServiceScopeFactory scopes) : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SealHistory>().OfAllAsync(cancellationToken);
    }
}
