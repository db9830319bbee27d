using System.Globalization;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;

namespace Consilium.Modules.Files;

/// <summary>Has stored bytes scanned. What is found blocks all files that consist of them at once; without a scanner they are clean.</summary>
internal sealed class BlobScanning(
    IBlobStore store, BlobChanges changes, RequestTransaction transaction, ConsiliumDb db, IAuditTrail audit, ILogger<BlobScanning> log,
    IContentScanner? scanner = null)
{
    /// <summary>Twice leads to the same as once.</summary>
    /// <exception cref="ScannerException">There is no verdict: they stay pending.</exception>
    public async Task RunAsync(Blob blob, CancellationToken cancellationToken)
    {
        if (scanner is null)
        {
            await CleanAsync(blob, cancellationToken);
            return;
        }
        await using var content = await store.OpenAsync(blob.Sha256, cancellationToken) ?? throw new ContentElsewhereException();
        if (await scanner.ScanAsync(content, cancellationToken) is { } found) await BlockAsync(blob, found, cancellationToken);
        else await CleanAsync(blob, cancellationToken);
    }

    Task CleanAsync(Blob blob, CancellationToken cancellationToken) => changes.ChangeAsync(blob.Sha256, isSeen: true, async _ =>
        await transaction.ExecuteAsync("UPDATE files.blobs SET scan = 'clean' WHERE sha256 = $1 AND scan = 'pending'",
            p => p.With(blob.Sha256), cancellationToken) > 0, cancellationToken);

    Task BlockAsync(Blob blob, string found, CancellationToken cancellationToken) => changes.ChangeAsync(blob.Sha256, isSeen: true, async attached =>
    {
        var blocked = await transaction.ExecuteAsync("""
            UPDATE files.blobs SET scan = 'blocked', scan_reason = $2, decoding = 'none' WHERE sha256 = $1 AND scan = 'pending'
            """, p => p.With(blob.Sha256).With(found), cancellationToken);
        if (blocked == 0) return false;
        // Under the row's lock: a file that is being received with the same bytes finds them blocked already.
        audit.Add(new(ActorId: null, ActorRole: null, "file.blocked", $"blob/{blob.Sha256}", Reason: found));
        foreach (var file in attached) audit.Add(new(ActorId: null, ActorRole: null, "file.blocked", $"file/{file.Id}", Reason: found));
        await db.SaveChangesAsync(cancellationToken);
        transaction.AfterCommit(() => log.LogWarning("The scanner found something in {Sha256}; blocked, with {Count} attached files: {Files}",
            blob.Sha256, attached.Count, string.Join(' ', attached.Select(f => f.Id.ToString("D", CultureInfo.InvariantCulture)))));
        return true;
    }, cancellationToken);
}
