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
    /// <returns>Whether it was stored. False, with nothing changed, when the owner's files would weigh more than his quota.</returns>
    public async Task<bool> KeepAsync(StagedBlob staged, FileKind kind, Guid ownerId, CancellationToken cancellationToken)
    {
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add("SELECT files.lock_blob($1)").With(staged.Sha256);
            batch.Add("""
                INSERT INTO files.usage AS u (owner_id, bytes) SELECT $1, $2 WHERE $2 <= $3
                ON CONFLICT (owner_id) DO UPDATE SET bytes = u.bytes + $2 WHERE u.bytes + $2 <= $3
                RETURNING owner_id
                """).With(ownerId).With(staged.Size).With(settings.QuotaPerOwner);
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            await rows.NextResultAsync(cancellationToken);
            if (!await rows.ReadAsync(cancellationToken)) return false;
        }
        await store.KeepAsync(staged, cancellationToken);
        crash.Reach("files.kept");
        if (await AddAsync(staged, kind, cancellationToken))
            await ProcessBlob.QueueAsync(jobs, staged.Sha256, cancellationToken);
        return true;
    }

    /// <summary>Whether the blob is still to be scanned or decoded.</summary>
    async Task<bool> AddAsync(StagedBlob staged, FileKind kind, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("""
            INSERT INTO files.blobs (sha256, size, media_type, charset, scan, decoding, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (sha256) DO NOTHING
            """).With(staged.Sha256).With(staged.Size).With(kind.MediaType).With(NpgsqlTypes.NpgsqlDbType.Text, kind.Charset)
            .With(settings.HasScanner ? "pending" : "clean").With(kind.IsDecoded ? "waiting" : "none").With(clock.UtcNow());
        batch.Add("SELECT scan = 'pending' OR decoding = 'waiting' FROM files.blobs WHERE sha256 = $1").With(staged.Sha256);
        return (bool)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }
}
