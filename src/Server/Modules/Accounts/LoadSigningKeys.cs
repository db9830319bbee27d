using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Consilium.Platform.Secrets;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Accounts;

/// <summary>At the start: opens the keys that sign access tokens, and makes the first one for a new installation.</summary>
internal sealed class LoadSigningKeys(IServiceScopeFactory scopes, KeyRing ring, MasterKeys masters, StartLocks locks, TimeProvider clock)
    : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConsiliumDb>();
        var vault = scope.ServiceProvider.GetRequiredService<Vault>();
        var kept = await ReadAsync(db.Set<SigningKey>().AsNoTracking(), cancellationToken);
        var isComplete = kept.Count > 0 && kept.TrueForAll(key => key.DataKeyId is not null);
        var transaction = scope.ServiceProvider.GetRequiredService<RequestTransaction>();
        ring.Replace(isComplete
            ? await OpenAllAsync(vault, kept, cancellationToken)
            : await transaction.RunAsync(() => CompleteAsync(db, vault, cancellationToken), cancellationToken));
    }

    // Under the lock, so that of several servers only the first makes a key.
    async Task<List<TokenKey>> CompleteAsync(ConsiliumDb db, Vault vault, CancellationToken cancellationToken)
    {
        await locks.LockTableAsync(db, "accounts.signing_keys", cancellationToken);
        var keys = await OpenAllAsync(vault, await ReadAsync(db.Set<SigningKey>(), cancellationToken), cancellationToken);
        if (keys.Count == 0)
        {
            var made = TokenKey.Create();
            keys.Add(made);
            var sealedKey = await vault.SealAsync(made.ExportPrivateKey(), SealedSigningKeys.BoundTo(made.Id), cancellationToken);
            db.Add(SigningKey.Keep(made.Id, sealedKey, clock.UtcNow()));
        }
        await db.SaveChangesAsync(cancellationToken);
        return keys;
    }

    static Task<List<SigningKey>> ReadAsync(IQueryable<SigningKey> keys, CancellationToken cancellationToken) =>
        keys.OrderByDescending(k => k.CreatedAt).ThenBy(k => k.Id).ToListAsync(cancellationToken);

    async Task<List<TokenKey>> OpenAllAsync(Vault vault, List<SigningKey> kept, CancellationToken cancellationToken)
    {
        var keys = new List<TokenKey>();
        foreach (var key in kept) keys.Add(TokenKey.FromPrivateKey(await OpenAsync(vault, key, cancellationToken)));
        return keys;
    }

    async Task<byte[]> OpenAsync(Vault vault, SigningKey kept, CancellationToken cancellationToken)
    {
        var place = SealedSigningKeys.BoundTo(kept.Id);
        var key = kept.DataKeyId is { } dataKey
            ? await vault.OpenAsync(dataKey, kept.Wrapped, place, cancellationToken)
            : masters.Named(kept.MasterKeyId!).Unwrap(kept.Wrapped, place);
        if (key is null) throw new InvalidOperationException($"The signing key {kept.Id} in the database was changed: restore it from a backup.");
        if (kept.DataKeyId is null) kept.Seal(await vault.SealAsync(key, place, cancellationToken));
        return key;
    }
}
