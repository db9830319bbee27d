using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Jobs;
using Consilium.Platform.Json;
using Consilium.Platform.MediaTypes;

namespace Consilium.Modules.Files;

/// <summary>
/// Stores staged bytes as the content of a file, for uploads and for what was fetched: in one transaction with the file's row, which is the
/// caller's to write. Equal bytes are stored once.
/// </summary>
internal sealed class KeepContent(
    RequestTransaction transaction, IBlobStore store, FilesSettings settings, Jobs jobs, CrashPoints crash, TimeProvider clock)
{
    /// <summary>Call it in a transaction, after everything that the caller locks himself.</summary>
    /// <returns>Whether it was stored. False, with no row changed, when the owner's files would weigh more than his quota.</returns>
    public async Task<bool> KeepAsync(StagedBlob staged, FileKind kind, Guid ownerId, CancellationToken cancellationToken)
    {
        if (!await LockAsync(staged, ownerId, cancellationToken)) return false;
        await store.KeepAsync(staged, cancellationToken);
        crash.Reach("files.kept");
        var (hasRoom, blob) = await AddAsync(staged, kind, ownerId, cancellationToken);
        if (!hasRoom)
        {
            if (blob == KeptBlob.None) await store.RemoveAsync(staged.Sha256, cancellationToken); // another upload took the last room meanwhile
            return false;
        }
        if (blob == KeptBlob.Unfinished) await ProcessBlob.QueueAsync(jobs, staged.Sha256, cancellationToken);
        return true;
    }

    /// <summary>Locks the blob, and looks whether there is room as yet. The quota's own lock comes last: it holds up the owner's other uploads.</summary>
    async Task<bool> LockAsync(StagedBlob staged, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT files.lock_blob($1)").With(staged.Sha256);
        batch.Add("SELECT coalesce((SELECT bytes FROM files.usage WHERE owner_id = $1), 0) + $2 <= $3").With(ownerId).With(staged.Size).With(settings.QuotaPerOwner);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) && rows.GetBoolean(0);
    }

    async Task<(bool HasRoom, KeptBlob Blob)> AddAsync(StagedBlob staged, FileKind kind, Guid ownerId, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("""
            WITH charged AS (
                INSERT INTO files.usage AS u (owner_id, bytes) SELECT $1, $2 WHERE $2 <= $3
                ON CONFLICT (owner_id) DO UPDATE SET bytes = u.bytes + $2 WHERE u.bytes + $2 <= $3
                RETURNING 1
            ), added AS (
                INSERT INTO files.blobs (sha256, size, media_type, charset, scan, decoding, created_at)
                SELECT $4, $2, $5, $6, $7, $8, $9 FROM charged ON CONFLICT (sha256) DO NOTHING
            )
            SELECT count(*) FROM charged
            """).With(ownerId).With(staged.Size).With(settings.QuotaPerOwner).With(staged.Sha256).With(kind.MediaType)
            .With(NpgsqlTypes.NpgsqlDbType.Text, kind.Charset).With(settings.HasScanner ? "pending" : "clean").With(kind.IsDecoded ? "waiting" : "none").With(clock.UtcNow());
        batch.Add("SELECT scan = 'pending' OR decoding = 'waiting' FROM files.blobs WHERE sha256 = $1").With(staged.Sha256);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var hasRoom = rows.GetInt64(0) > 0;
        await rows.NextResultAsync(cancellationToken);
        return (hasRoom, !await rows.ReadAsync(cancellationToken) ? KeptBlob.None : rows.GetBoolean(0) ? KeptBlob.Unfinished : KeptBlob.Finished);
    }

    /// <summary>Whether there is a row of these bytes, and whether they are still to be scanned or decoded.</summary>
    enum KeptBlob { None, Unfinished, Finished }
}
