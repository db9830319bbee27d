using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Accounts;

/// <inheritdoc cref="IProfileAccounts"/>
internal sealed class ProfileAccounts(
    ConsiliumDb db, RequestTransaction transaction, PasswordHashing hashing, Sessions sessions, IAuditTrail audit, TimeProvider clock) : IProfileAccounts
{
    public async Task<LogInResponse?> SignUpAsync(NewAccount account, Action<Guid, DateTimeOffset> addProfile, CancellationToken cancellationToken)
    {
        var hash = await hashing.HashAsync(account.Password, cancellationToken); // no transaction waits for it
        var now = clock.UtcNow();
        var user = User.Create(Guid.CreateVersion7(now), account.Email, hash, account.Role, account.Name, now);
        db.Add(user);
        addProfile(user.Id, now);
        var answer = sessions.Start(user);
        audit.Add(new(user.Id, user.Role.Wire(), "user.signed_up", $"user/{user.Id}"));
        audit.Add(new(user.Id, user.Role.Wire(), "session.started", $"user/{user.Id}"));
        return await NewAccounts.TrySaveAsync(db, cancellationToken) ? answer : null;
    }

    public Task RenameAsync(Guid id, string name, CancellationToken cancellationToken) => transaction.RunAsync(async () =>
    {
        var user = await db.Set<User>().SingleOrDefaultAsync(u => u.Id == id, cancellationToken);
        if (user is null) return;
        user.Describe(name, contact: null, address: null, clock.UtcNow());
        await db.SaveChangesAsync(cancellationToken);
        await sessions.AnnounceAsync(id, cancellationToken);
    }, cancellationToken);
}
