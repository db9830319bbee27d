using System.Collections.Concurrent;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Files;

/// <summary>Makes thumbnails that somebody wants to see and the cache has lost: each once, however many ask, and whether they wait or not.</summary>
internal sealed class ThumbnailMaker(IServiceScopeFactory scopes, IHostApplicationLifetime lifetime, ILogger<ThumbnailMaker> log)
{
    const int MostWaiting = 32;

    readonly ConcurrentDictionary<string, Lazy<Task>> running = new(StringComparer.Ordinal);

    /// <summary>Ends when it has been tried; at once when too many wait already.</summary>
    public Task MakeAsync(string sha256) =>
        running.Count >= MostWaiting ? Task.CompletedTask : running.GetOrAdd(sha256, key => new(() => TryAsync(key))).Value;

    async Task TryAsync(string sha256)
    {
        await Task.Yield();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<ConsiliumDb>();
            var blob = await db.Set<Blob>().AsNoTracking().SingleOrDefaultAsync(b => b.Sha256 == sha256, lifetime.ApplicationStopping);
            var decoding = scope.ServiceProvider.GetRequiredService<BlobDecoding>();
            if (blob is { Scan: "clean" }) await decoding.MakeThumbnailAsync(blob, lifetime.ApplicationStopping);
        }
        catch (Exception fault)
        {
            if (!lifetime.ApplicationStopping.IsCancellationRequested) log.LogWarning("A thumbnail could not be made again: {Fault}", Faults.ForLog(fault));
        }
        finally
        {
            running.TryRemove(sha256, out _);
        }
    }
}
