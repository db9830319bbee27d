using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Accounts;

/// <inheritdoc cref="IAccountDirectory"/>
internal sealed class AccountDirectory(ConsiliumDb db) : IAccountDirectory
{
    public Task<Account?> FindAsync(Guid id, CancellationToken cancellationToken = default) =>
        db.Set<User>().Where(u => u.Id == id).Select(u => new Account(u.Id, u.Role, u.Name, u.IsActive)).SingleOrDefaultAsync(cancellationToken);

    public async Task<IReadOnlyList<Account>> FindManyAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) =>
        await db.Set<User>().Where(u => ids.Contains(u.Id)).Select(u => new Account(u.Id, u.Role, u.Name, u.IsActive)).ToListAsync(cancellationToken);
}
