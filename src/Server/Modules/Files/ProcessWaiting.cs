using System.Globalization;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Files;

/// <summary>
/// Comes back to stored bytes that were left: the scanner, the decoder or they themselves were not there, or an older decoder had them.
/// </summary>
internal sealed class ProcessWaiting(
    ConsiliumDb db, RequestTransaction transaction, Jobs jobs, ThumbnailCache cache, IContentScanner? scanner = null) : IScheduledJob
{
    const int AtOnce = 500;

    public string Kind => "files.process_waiting";
    public string Description => "Comes back to files that wait for the scanner or the decoder, and to those that an older decoder looked into.";
    public TimeSpan Every => TimeSpan.FromMinutes(2);

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        cache.RemoveOlder();
        var scans = await ScansAsync(cancellationToken);
        var waiting = await db.Set<Blob>().AsNoTracking()
            .Where(b => (scans && b.Scan == "pending") || (b.Scan == "clean" && b.Decoding == "waiting"))
            .OrderBy(b => b.CreatedAt).Select(b => b.Sha256).Take(AtOnce).ToListAsync(cancellationToken);
        var older = await db.Set<Blob>().AsNoTracking().Where(b => b.Scan == "clean" && b.Decoder < Decoder.Version)
            .OrderBy(b => b.Decoder).Select(b => b.Sha256).Take(AtOnce).ToListAsync(cancellationToken);
        await transaction.RunAsync(async () =>
        {
            foreach (var sha256 in waiting.Concat(older)) await ProcessBlob.QueueAsync(jobs, sha256, cancellationToken);
        }, cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{waiting.Count} waiting, {older.Count} of an older decoder queued");
    }

    // Asked once, and not once per file.
    async Task<bool> ScansAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (scanner is not null) await scanner.PingAsync(cancellationToken);
            return true;
        }
        catch (ScannerException)
        {
            return false;
        }
    }
}
