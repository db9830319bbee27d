using System.Text.Json;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Jobs;
using Consilium.Platform.Outbound;
using Microsoft.EntityFrameworkCore;
using NpgsqlTypes;

namespace Consilium.Modules.Files;

/// <summary>
/// Fetches what was named by an address, judges and stores it as an upload of whoever named it. What can't be had is said in the file, which stands
/// in its message all the same.
/// </summary>
internal sealed class FetchFile(
    ConsiliumDb db, RequestTransaction transaction, IEnumerable<IFileHolder> holders, OutboundHttp outbound, IBlobStore store, KeepContent keep,
    FilesSettings settings, IAuditTrail audit, CrashPoints crash) : IJobHandler
{
    public const string JobKind = "files.fetch";
    public const string FetchedPoint = "files.fetched";

    const int Attempts = 4;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(40); // within a job's lease

    public string Kind => JobKind;
    public JobLane Lane => JobLane.Remote;

    /// <summary>In the request's transaction, with the file's row.</summary>
    public static Task QueueAsync(Jobs jobs, Guid fileId, CancellationToken cancellationToken) =>
        jobs.QueueAsync(JobKind, fileId, new Payload(fileId), runAt: null, cancellationToken, Attempts);

    public async Task RunAsync(Guid id, JsonElement payload, CancellationToken cancellationToken)
    {
        if (await FindAsync(payload, cancellationToken) is not { } file) return;
        try
        {
            using var answer = await outbound.GetAsync(file.SourceUrl!, new(settings.MaxBytes, Patience), cancellationToken);
            using var staged = await store.StageAsync(answer.Body, settings.MaxBytes, cancellationToken);
            crash.Reach(FetchedPoint);
            var words = staged.Size == 0 ? "The file there is empty." : await TakeAsync(file, staged, answer.MediaType, cancellationToken);
            if (words is not null) await FailAsync(file, words, forGood: true, cancellationToken);
        }
        catch (OutboundRefusedException refused) when (!IsPassing(refused))
        {
            await FailAsync(file, refused.Message, forGood: true, cancellationToken);
        }
    }

    /// <summary>What is wrong out there is the reader's to know; what is wrong in here is for an administrator to repair, and to retry.</summary>
    public async Task<bool> AbandonAsync(Guid id, JsonElement payload, Exception? last, CancellationToken cancellationToken)
    {
        var refused = last as OutboundRefusedException;
        if (await FindAsync(payload, cancellationToken) is { } file)
            await FailAsync(file, refused?.Message ?? "It could not be fetched.", forGood: refused is not null, cancellationToken);
        return refused is not null;
    }

    // Null when there is nothing to fetch any more: it is there, given up for good, or taken away.
    async Task<StoredFile?> FindAsync(JsonElement payload, CancellationToken cancellationToken)
    {
        var id = payload.Deserialize<Payload>()!.FileId;
        return await db.Set<StoredFile>().AsNoTracking().SingleOrDefaultAsync(f => f.Id == id && f.Sha256 == null && f.SourceUrl != null, cancellationToken);
    }

    // Null when it was taken, otherwise why not.
    async Task<string?> TakeAsync(StoredFile file, StagedBlob staged, string? mediaType, CancellationToken cancellationToken)
    {
        var (kind, refusal) = FileJudgement.Of(staged, IsSpecific(mediaType) ? mediaType : null, file.FileName);
        if (kind is null)
            return refusal!.Code == "content_contradicts_type"
                ? "The server there calls the file something else than what it is."
                : "The file there is of a type that is not taken here: pictures, PDF, text, CSV, Word, Excel and audio files are.";
        var withinQuota = true;
        await ChangeAsync(file, AuditOutcome.Ok, async () =>
        {
            withinQuota = await keep.KeepAsync(staged, kind, file.OwnerId, cancellationToken);
            return withinQuota && await transaction.ExecuteAsync("""
                UPDATE files.files SET media_type = $2, size = $3, sha256 = $4, source_url = NULL, failure = NULL WHERE id = $1
                """, p => p.With(file.Id).With(kind.MediaType).With(staged.Size).With(staged.Sha256), cancellationToken) > 0;
        }, cancellationToken);
        return withinQuota ? null : "There is no room for it: the files of whoever named it weigh as much as they may.";
    }

    Task FailAsync(StoredFile file, string words, bool forGood, CancellationToken cancellationToken) => ChangeAsync(file, AuditOutcome.Failed, async () =>
        await transaction.ExecuteAsync("UPDATE files.files SET failure = $2, source_url = $3 WHERE id = $1",
            p => p.With(file.Id).With(words).With(NpgsqlDbType.Text, forGood ? null : file.SourceUrl), cancellationToken) > 0, cancellationToken);

    // The place is told, and so locked, before the row; nothing is done when the file was taken away meanwhile.
    async Task ChangeAsync(StoredFile file, AuditOutcome outcome, Func<Task<bool>> change, CancellationToken cancellationToken)
    {
        var holder = holders.Single(h => h.Kind == file.PlaceKind);
        try
        {
            await transaction.RunAsync(async () =>
            {
                await holder.ChangedAsync(new(file.PlaceKind, file.PlaceId), file.ItemId!.Value, file.Id, cancellationToken);
                if (!await LockAsync(file, cancellationToken) || !await change()) throw new NothingToDoException();
                audit.Add(new(file.OwnerId, ActorRole: null, "file.fetch", $"file/{file.Id}", outcome));
                await db.SaveChangesAsync(cancellationToken);
            }, cancellationToken);
        }
        catch (NothingToDoException)
        {
            // Rolled back.
        }
    }

    async Task<bool> LockAsync(StoredFile file, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT 1 FROM files.files WHERE id = $1 AND sha256 IS NULL AND source_url IS NOT NULL FOR UPDATE").With(file.Id);
        return await batch.ExecuteScalarAsync(cancellationToken) is not null;
    }

    static bool IsPassing(OutboundRefusedException refused) => refused.Failure switch
    {
        OutboundFailure.Unreachable or OutboundFailure.NotFound or OutboundFailure.Timeout or OutboundFailure.BadAnswer => true,
        OutboundFailure.Status => refused.Status is 408 or 425 or 429 or >= 500,
        _ => false,
    };

    static bool IsSpecific(string? mediaType) =>
        mediaType is not (null or "application/octet-stream" or "binary/octet-stream" or "application/force-download" or "application/x-download");

    internal sealed record Payload(Guid FileId);

    sealed class NothingToDoException : Exception;
}
