using System.Text.Json;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Files;

/// <summary>What happens to stored bytes: they are scanned, then decoded. Each step commits by itself, and is done again when a crash took it.</summary>
internal sealed class ProcessBlob(ConsiliumDb db, BlobScanning scanning, BlobDecoding decoding, CrashPoints crash) : IJobHandler
{
    public const string JobKind = "files.process";
    public const string ScannedPoint = "files.scanned";

    public string Kind => JobKind;
    public JobLane Lane => JobLane.Heavy;

    /// <summary>In the request's transaction. While the same bytes wait to be processed, once more changes nothing.</summary>
    public static Task QueueAsync(Jobs jobs, string sha256, CancellationToken cancellationToken) =>
        jobs.QueueAsync(JobKind, new Guid(Convert.FromHexString(sha256).AsSpan(0, 16)), new Payload(sha256), runAt: null, cancellationToken);

    public async Task RunAsync(Guid id, JsonElement payload, CancellationToken cancellationToken)
    {
        if (await FindAsync(payload, cancellationToken) is not { } blob) return;
        if (blob.Scan == "pending")
        {
            await scanning.RunAsync(blob, cancellationToken);
            crash.Reach(ScannedPoint);
            blob = await FindAsync(payload, cancellationToken);
        }
        if (blob is { Scan: "clean", Decoding: "waiting" } or { Scan: "clean", Decoder: < Decoder.Version }) await decoding.RunAsync(blob, cancellationToken);
    }

    /// <summary>What is away now is come back to by <see cref="ProcessWaiting"/>; bytes that end the server each time are left alone.</summary>
    public async Task<bool> AbandonAsync(Guid id, JsonElement payload, Exception? last, CancellationToken cancellationToken)
    {
        if (last is ScannerException or ContentElsewhereException) return true;
        if (last is null && await FindAsync(payload, cancellationToken) is { Scan: "clean" } blob) await decoding.GiveUpAsync(blob, cancellationToken);
        return false;
    }

    async Task<Blob?> FindAsync(JsonElement payload, CancellationToken cancellationToken)
    {
        var sha256 = payload.Deserialize<Payload>()!.Sha256;
        return await db.Set<Blob>().AsNoTracking().SingleOrDefaultAsync(b => b.Sha256 == sha256, cancellationToken);
    }

    internal sealed record Payload(string Sha256);
}
