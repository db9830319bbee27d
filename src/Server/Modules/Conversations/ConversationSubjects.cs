using Consilium.Modules.Assistant.Contracts;
using Consilium.Platform.Database;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Conversations;

/// <summary>Tells the assistant what a conversation is about.</summary>
internal sealed class ConversationSubjects(ConsiliumDb db) : IThreadSubjects
{
    public string Kind => ConversationAccess.Policy.Kind;

    public Task<ThreadSubject?> FindAsync(Guid threadId, CancellationToken cancellationToken) =>
        db.Set<Conversation>().Where(c => c.Id == threadId).Select(c => new ThreadSubject(c.Title, c.Description)).SingleOrDefaultAsync(cancellationToken);
}
