using Consilium.Modules.Assistant.Contracts;
using Consilium.Platform.Database;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Tickets;

/// <summary>Tells the assistant what a ticket is about.</summary>
internal sealed class TicketSubjects(ConsiliumDb db) : IThreadSubjects
{
    public string Kind => TicketAccess.Policy.Kind;

    public Task<ThreadSubject?> FindAsync(Guid threadId, CancellationToken cancellationToken) =>
        db.Set<Ticket>().Where(t => t.Id == threadId).Select(t => new ThreadSubject(t.Title, t.Description)).SingleOrDefaultAsync(cancellationToken);
}
