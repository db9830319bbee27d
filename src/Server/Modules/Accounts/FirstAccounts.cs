using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Accounts;

/// <summary>
/// At the start: the built-in assistant; in Development the demo accounts and the demo API key; elsewhere the first admin from
/// <c>Admin:Email</c> and <c>Admin:Password</c>, and no start at all with anything of the demo present.
/// </summary>
internal sealed class FirstAccounts(
    IServiceScopeFactory scopes, PasswordHashing hashing, PasswordPolicy policy, StartLocks locks, IConfiguration configuration,
    IHostEnvironment environment, TimeProvider clock, ILogger<FirstAccounts> log) : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConsiliumDb>();
        var planned = await FindMissingAsync(db, cancellationToken);
        var admin = planned.Admin ? FirstAdmin() : null;
        if (planned.IsNothing && admin is null) return;

        // Hashing takes long: first all of it, then the lock, then another look.
        var hashes = await HashAsync(planned.Demos, cancellationToken);
        var adminHash = admin is null ? null : await hashing.HashAsync(admin.Password, cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await locks.LockTableAsync(db, "accounts.users", cancellationToken);
        var missing = await FindMissingAsync(db, cancellationToken);
        var now = clock.UtcNow();
        if (missing.Assistant)
            db.Add(User.Create(AssistantAccount.Id, email: null, passwordHash: null, Role.Assistant, AssistantAccount.Name, now));
        missing.FormerUser?.MoveDemo(DemoAccounts.User.Email, now);
        db.AddRange(missing.Demos.Where(demo => hashes.ContainsKey(demo.Id))
            .Select(demo => User.CreateDemo(demo.Id, demo.Email, hashes[demo.Id], demo.Role, demo.Name, now)));
        if (missing.DemoKey)
            db.Add(ApiKey.Create(
                DemoApiKey.Id, DemoApiKey.Key, "Demo", [DemoApiKey.Scope], AssistantAccount.Id, AssistantAccount.Id, expiresAt: null, now));
        if (missing.Admin && admin is not null) db.Add(User.Create(Guid.CreateVersion7(), admin.Email, adminHash, Role.Admin, name: null, now));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    async Task<Dictionary<Guid, string>> HashAsync(IReadOnlyList<DemoAccount> demos, CancellationToken cancellationToken)
    {
        var hashes = await Task.WhenAll(demos.Select(demo => hashing.HashAsync(demo.Password, cancellationToken)));
        return demos.Zip(hashes).ToDictionary(pair => pair.First.Id, pair => pair.Second);
    }

    async Task<Missing> FindMissingAsync(ConsiliumDb db, CancellationToken cancellationToken)
    {
        var users = db.Set<User>();
        var missing = new Missing { Assistant = !await users.AnyAsync(u => u.Id == AssistantAccount.Id, cancellationToken) };
        if (!environment.IsDevelopment())
        {
            await RefuseDemoAsync(db, cancellationToken);
            return missing with { Admin = !await users.AnyAsync(u => u.Role == Role.Admin, cancellationToken) };
        }

        var present = await users.Where(u => u.IsDemo).Select(u => u.Id).ToListAsync(cancellationToken);
        var keys = DemoAccounts.All.Select(demo => EmailAddress.KeyOf(demo.Email)).ToList();
        var taken = await users.Where(u => keys.Contains(u.EmailKey)).Select(u => u.EmailKey).ToListAsync(cancellationToken);
        return missing with
        {
            Demos = [.. DemoAccounts.All.Where(demo => !present.Contains(demo.Id) && !taken.Contains(EmailAddress.KeyOf(demo.Email)))],
            // A database from before: published examples sign up with the address that the demo's user had.
            FormerUser = taken.Contains(EmailAddress.KeyOf(DemoAccounts.User.Email)) ? null : await users.SingleOrDefaultAsync(
                u => u.Id == DemoAccounts.User.Id && u.IsDemo && u.Email == DemoAccounts.FormerUserEmail, cancellationToken),
            DemoKey = !await HasDemoKeyAsync(db, cancellationToken),
        };
    }

    async Task RefuseDemoAsync(ConsiliumDb db, CancellationToken cancellationToken)
    {
        if (await db.Set<User>().AnyAsync(u => u.IsDemo, cancellationToken))
            throw new InvalidOperationException(
                "This database has the demo accounts of Development, whose passwords everybody knows: "
                + $"{environment.EnvironmentName} needs a database of its own.");
        if (await HasDemoKeyAsync(db, cancellationToken))
            throw new InvalidOperationException(
                $"This database has the demo API key of Development, which everybody knows: {environment.EnvironmentName} needs a database of its own.");
    }

    Credentials? FirstAdmin()
    {
        if (configuration["Admin:Email"] is not { Length: > 0 } email || configuration["Admin:Password"] is not { Length: > 0 } password)
        {
            log.LogWarning("There is no admin yet: set Admin:Email and Admin:Password, or stop the server and run it with 'admin create you@example.org'");
            return null;
        }
        if (!EmailAddress.IsValid(email.Trim())) throw new InvalidOperationException("Admin:Email is not an e-mail address.");
        if (policy.Fault(password, email) is { } fault) throw new InvalidOperationException($"Admin:Password {fault}.");
        return new(email, password);
    }

    static Task<bool> HasDemoKeyAsync(ConsiliumDb db, CancellationToken cancellationToken)
    {
        var hash = Secrets.Hash(DemoApiKey.Key);
        return db.Set<ApiKey>().AnyAsync(k => k.Hash == hash, cancellationToken);
    }

    sealed record Credentials(string Email, string Password);

    /// <summary>What the database lacks of the first accounts.</summary>
    sealed record Missing
    {
        public bool Assistant { get; init; }
        public bool Admin { get; init; }
        public bool DemoKey { get; init; }
        public IReadOnlyList<DemoAccount> Demos { get; init; } = [];

        /// <summary>The demo's user under the address that it had once.</summary>
        public User? FormerUser { get; init; }

        /// <summary>Apart from an admin, who needs settings to be made.</summary>
        public bool IsNothing => !Assistant && !DemoKey && Demos.Count == 0 && FormerUser is null;
    }
}
