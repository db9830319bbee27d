using Consilium.Modules.Assistant.Contracts;
using Consilium.Platform.Database;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Cases;

/// <summary>Tells the assistant what a case is about.</summary>
internal sealed class CaseSubjects(ConsiliumDb db) : IThreadSubjects
{
    public string Kind => CaseAccess.Policy.Kind;

    public Task<ThreadSubject?> FindAsync(Guid threadId, CancellationToken cancellationToken) =>
        db.Set<Case>().Where(c => c.Id == threadId).Select(c => new ThreadSubject(c.Title, c.IssueDescription)).SingleOrDefaultAsync(cancellationToken);
}
