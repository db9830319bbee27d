using Consilium.Platform.Database;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Accounts;

/// <summary>
/// At the start: gives accounts from before there was a canonical form of e-mail addresses theirs. Where two turn out to have the same one, the older
/// account gets it. The other one, like one whose address is not valid by today's rules, stays without: it is found by its exact spelling only
/// (<see cref="UsersByEmail"/>).
/// </summary>
internal sealed class EmailKeys(IServiceScopeFactory scopes, StartLocks locks, ILogger<EmailKeys> log) : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConsiliumDb>();
        var canBeGiven = await CanBeGivenAsync(db, cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (canBeGiven) await locks.LockTableAsync(db, "accounts.users", cancellationToken);
        var waiting = await WaitingAsync(db, cancellationToken);
        foreach (var user in waiting)
        {
            if (EmailAddress.KeyOf(user.Email!) is not { } key)
                log.LogWarning("The e-mail address of account {UserId} is not valid: it logs in with exactly this spelling only", user.Id);
            else if (await HolderAsync(db, key, cancellationToken) is { } holder)
                log.LogWarning(
                    "Account {UserId} has the e-mail address of account {HolderId} in another spelling: it logs in with exactly its own spelling",
                    user.Id, holder);
            else
                await db.Set<User>().Where(u => u.Id == user.Id)
                    .ExecuteUpdateAsync(change => change.SetProperty(u => u.EmailKey, key), cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    static async Task<bool> CanBeGivenAsync(ConsiliumDb db, CancellationToken cancellationToken)
    {
        foreach (var user in await WaitingAsync(db, cancellationToken))
            if (EmailAddress.KeyOf(user.Email!) is { } key && await HolderAsync(db, key, cancellationToken) is null) return true;
        return false;
    }

    static Task<List<User>> WaitingAsync(ConsiliumDb db, CancellationToken cancellationToken) =>
        db.Set<User>().AsNoTracking().Where(u => u.EmailKey == null && u.Email != null).OrderBy(u => u.CreatedAt).ThenBy(u => u.Id)
            .ToListAsync(cancellationToken);

    static Task<Guid?> HolderAsync(ConsiliumDb db, string key, CancellationToken cancellationToken) =>
        db.Set<User>().Where(u => u.EmailKey == key).Select(u => (Guid?)u.Id).SingleOrDefaultAsync(cancellationToken);
}

/// <summary>Finds the account of an e-mail address.</summary>
internal static class UsersByEmail
{
    /// <summary>By the address as it was typed where an account has no canonical form of its own, else by the canonical form. One at most.</summary>
    public static async Task<User?> FindByEmailAsync(this DbSet<User> users, string typed, CancellationToken cancellationToken)
    {
        var email = typed.Trim();
        var key = EmailAddress.KeyOf(email);
        var found = await users.Where(u => (u.EmailKey == null && u.Email == email) || (key != null && u.EmailKey == key))
            .ToListAsync(cancellationToken);
        return found.Find(user => user.EmailKey is null) ?? found.SingleOrDefault();
    }
}
