using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;

namespace Consilium.Modules.Cases;

/// <summary>Messages as clients see them, with the files that hang on them as these are now.</summary>
internal sealed class CaseMessages(IFiles files)
{
    public async ValueTask<MessageResponse> ShowAsync(ThreadMessage message, CancellationToken cancellationToken) =>
        MessageResponse.Of(message, await AttachmentsAsync(message, cancellationToken));

    public async ValueTask<MessageResponse[]> ShowAsync(IReadOnlyList<ThreadMessage> messages, CancellationToken cancellationToken)
    {
        var found = await FindAsync([.. messages.SelectMany(m => m.Attachments)], cancellationToken);
        var shown = new MessageResponse[messages.Count];
        for (var i = 0; i < shown.Length; i++) shown[i] = MessageResponse.Of(messages[i], Of(messages[i], found));
        return shown;
    }

    /// <summary>In the order in which they were named; those that are gone are left out.</summary>
    public async ValueTask<IReadOnlyList<Attachment>> AttachmentsAsync(ThreadMessage message, CancellationToken cancellationToken) =>
        Of(message, await FindAsync(message.Attachments, cancellationToken));

    async ValueTask<IReadOnlyDictionary<Guid, Attachment>?> FindAsync(IReadOnlyList<Guid> ids, CancellationToken cancellationToken) =>
        ids.Count == 0 ? null : await files.FindAsync(ids, cancellationToken);

    static IReadOnlyList<Attachment> Of(ThreadMessage message, IReadOnlyDictionary<Guid, Attachment>? found) =>
        found is null || message.Attachments.Count == 0 ? [] : [.. message.Attachments.Select(id => found.GetValueOrDefault(id)).OfType<Attachment>()];
}
