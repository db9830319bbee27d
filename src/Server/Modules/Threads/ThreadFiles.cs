using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;

namespace Consilium.Modules.Threads;

/// <summary>The files of one kind of thread hang on messages: whoever may read the message may read them, nobody else, and nobody once it is retracted.</summary>
internal sealed class ThreadFiles(ThreadPolicy policy, RequestTransaction transaction, IThreads threads) : IFileHolder
{
    public string Kind => policy.Kind;

    public async Task<FileRight?> FindRightAsync(FilePlace place, Guid itemId, Caller caller, CancellationToken cancellationToken)
    {
        if (caller.IsApiKey) return null; // no door lets a program read files
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT 1 FROM threads.threads t JOIN threads.messages m ON m.thread_id = t.id
            WHERE {ThreadSql.InReach} AND m.id = $5 AND m.retracted_at IS NULL
            """).WithScope(ThreadScope.ToRead(policy, place.Id, caller)).With(itemId);
        return await batch.ExecuteScalarAsync(cancellationToken) is null ? null : new();
    }

    public Task ChangedAsync(FilePlace place, Guid itemId, Guid fileId, CancellationToken cancellationToken) =>
        threads.AppendMessageEventAsync(new(place.Id, Kind, Guid.Empty, Reach.All), itemId, EventTypes.AttachmentChanged,
            JsonSerializer.SerializeToElement(new { attachment_id = fileId }), cancellationToken);
}
