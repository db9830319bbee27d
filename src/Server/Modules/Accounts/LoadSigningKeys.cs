using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Consilium.Platform.Secrets;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Accounts;

/// <summary>At the start: unwraps the keys that sign access tokens, and makes the first one for a new installation.</summary>
internal sealed class LoadSigningKeys(IServiceScopeFactory scopes, KeyRing ring, MasterKey master, TimeProvider clock) : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConsiliumDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Servers that start at once take turns: only the first makes a key.
        await db.Database.ExecuteSqlAsync($"LOCK TABLE accounts.signing_keys IN SHARE ROW EXCLUSIVE MODE", cancellationToken);
        var kept = await db.Set<SigningKey>().OrderByDescending(k => k.CreatedAt).ThenBy(k => k.Id).ToListAsync(cancellationToken);
        if (kept.Count == 0)
        {
            using var made = TokenKey.Create();
            kept.Add(SigningKey.Keep(made.Id, master.Wrap(made.ExportPrivateKey(), BoundTo(made.Id)), master.Id, clock.UtcNow()));
            db.Add(kept[0]);
            await db.SaveChangesAsync(cancellationToken);
        }
        ring.Replace([.. kept.Select(Unwrap)]);
        await transaction.CommitAsync(cancellationToken);
    }

    TokenKey Unwrap(SigningKey kept)
    {
        if (kept.MasterKeyId != master.Id)
            throw new InvalidOperationException(
                $"The keys in this database are wrapped with the master key {kept.MasterKeyId}, but this server has {master.Id}. "
                + "Give it the right one (Security:MasterKey, Security:MasterKeyFile, or keys/master.key in the data directory).");
        return master.Unwrap(kept.Wrapped, BoundTo(kept.Id)) is { } key
            ? TokenKey.FromPrivateKey(key)
            : throw new InvalidOperationException($"The signing key {kept.Id} in the database was changed: restore it from a backup.");
    }

    static string BoundTo(string id) => $"accounts.signing_keys/{id}";
}
