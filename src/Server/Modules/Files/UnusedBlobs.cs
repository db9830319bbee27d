using System.Text.Json;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;

namespace Consilium.Modules.Files;

/// <summary>Removes stored bytes that no file consists of any more, with what was made of them; soon after their last file has gone.</summary>
internal sealed class UnusedBlobs(RequestTransaction transaction, IBlobStore store, ThumbnailCache thumbnails) : IJobHandler
{
    const string JobKind = "files.remove_blob";

    public string Kind => JobKind;

    public static Task QueueAsync(Jobs jobs, string sha256, CancellationToken cancellationToken) =>
        jobs.QueueAsync(JobKind, Guid.CreateVersion7(), new Payload(sha256), runAt: null, cancellationToken);

    public Task RunAsync(Guid id, JsonElement payload, CancellationToken cancellationToken) =>
        RemoveAsync(payload.Deserialize<Payload>()!.Sha256, cancellationToken);

    /// <summary>Nothing happens to bytes that a file needs: false. Bytes without a row go too.</summary>
    public Task<bool> RemoveAsync(string sha256, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add("SELECT files.lock_blob($1)").With(sha256);
            batch.Add("DELETE FROM files.blobs b WHERE sha256 = $1 AND NOT EXISTS (SELECT 1 FROM files.files f WHERE f.sha256 = b.sha256)").With(sha256);
            batch.Add("SELECT 1 FROM files.blobs WHERE sha256 = $1").With(sha256);
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            await rows.NextResultAsync(cancellationToken);
            if (await rows.ReadAsync(cancellationToken)) return false;
        }
        // Before the commit, for then somebody may store the same bytes again. A row that outlives its bytes by a crash is nobody's, and is swept.
        await store.RemoveAsync(sha256, cancellationToken);
        thumbnails.Remove(sha256);
        return true;
    }, cancellationToken);

    internal sealed record Payload(string Sha256);
}
