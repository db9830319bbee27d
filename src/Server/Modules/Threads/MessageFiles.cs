using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;

namespace Consilium.Modules.Threads;

/// <summary>Puts the files that hang on messages to them, as these are now: one look-up, and none for messages without files.</summary>
internal sealed class MessageFiles(IFiles files)
{
    public async ValueTask<ThreadMessage> ShowAsync(ThreadMessage message, CancellationToken cancellationToken) => message.AttachmentIds.Count == 0
        ? message
        : With(message, await files.FindAsync(message.AttachmentIds, cancellationToken));

    public async ValueTask<IReadOnlyList<ThreadMessage>> ShowAsync(IReadOnlyList<ThreadMessage> messages, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. messages.SelectMany(m => m.AttachmentIds)];
        if (ids.Length == 0) return messages;
        var found = await files.FindAsync(ids, cancellationToken);
        return [.. messages.Select(m => m.AttachmentIds.Count == 0 ? m : With(m, found))];
    }

    static ThreadMessage With(ThreadMessage message, IReadOnlyDictionary<Guid, Attachment> found) =>
        message with { Attachments = [.. message.AttachmentIds.Select(id => found.GetValueOrDefault(id)).OfType<Attachment>()] };
}
