using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;

namespace Consilium.Modules.Cases;

/// <summary>The files of cases hang on messages: whoever may read the message may read them, nobody else, and nobody once it is retracted.</summary>
internal sealed class CaseFiles(RequestTransaction transaction, IThreads threads) : IFileHolder
{
    public static FilePlace PlaceOf(Guid caseId) => new(CaseAccess.Policy.Kind, caseId);

    public string Kind => CaseAccess.Policy.Kind;

    public async Task<bool> MayReadAsync(FilePlace place, Guid itemId, Caller caller, CancellationToken cancellationToken)
    {
        if (caller.IsApiKey) return false; // no route of the door lets a program read
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT 1 FROM {ThreadViews.Threads} t JOIN {ThreadViews.Messages} m ON m.thread_id = t.id
            WHERE t.id = $4 AND {CaseRows.InReach} AND m.id = $5 AND m.retracted_at IS NULL
            """).With(caller.UserId).With((int)CaseAccess.Policy.Read(caller)).With(Kind).With(place.Id).With(itemId);
        return await batch.ExecuteScalarAsync(cancellationToken) is not null;
    }

    public Task ChangedAsync(FilePlace place, Guid itemId, Guid fileId, CancellationToken cancellationToken) =>
        threads.AppendMessageEventAsync(new(place.Id, Kind, Guid.Empty, Reach.All), itemId, EventTypes.AttachmentChanged,
            JsonSerializer.SerializeToElement(new { attachment_id = fileId }), cancellationToken);
}
