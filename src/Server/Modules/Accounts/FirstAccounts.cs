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
    IServiceScopeFactory scopes, PasswordHashing hashing, PasswordPolicy policy, IConfiguration configuration, IHostEnvironment environment,
    TimeProvider clock, ILogger<FirstAccounts> log) : IStartupTask
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConsiliumDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlAsync($"LOCK TABLE accounts.users IN SHARE ROW EXCLUSIVE MODE", cancellationToken);
        if (!await db.Set<User>().AnyAsync(u => u.Id == AssistantAccount.Id, cancellationToken))
            db.Add(User.Create(AssistantAccount.Id, email: null, passwordHash: null, Role.Assistant, AssistantAccount.Name, clock.UtcNow()));
        if (environment.IsDevelopment()) await AddDemoAccountsAsync(db, cancellationToken);
        else await AddFirstAdminAsync(db, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    async Task AddDemoAccountsAsync(ConsiliumDb db, CancellationToken cancellationToken)
    {
        var present = await db.Set<User>().Where(u => u.IsDemo).Select(u => u.Id).ToListAsync(cancellationToken);
        var keys = DemoAccounts.All.Select(demo => EmailAddress.KeyOf(demo.Email)).ToList();
        var taken = await db.Set<User>().Where(u => keys.Contains(u.EmailKey)).Select(u => u.EmailKey).ToListAsync(cancellationToken);
        var missing = DemoAccounts.All.Where(demo => !present.Contains(demo.Id) && !taken.Contains(EmailAddress.KeyOf(demo.Email))).ToList();
        // A database from before: published examples sign up with the address that the demo's user had.
        if (!taken.Contains(EmailAddress.KeyOf(DemoAccounts.User.Email))
            && await db.Set<User>().SingleOrDefaultAsync(u => u.Id == DemoAccounts.User.Id && u.IsDemo && u.Email == DemoAccounts.FormerUserEmail, cancellationToken) is { } former)
            former.MoveDemo(DemoAccounts.User.Email, clock.UtcNow());
        var hashes = await Task.WhenAll(missing.Select(demo => hashing.HashAsync(demo.Password, cancellationToken)));
        db.AddRange(missing.Zip(hashes, (demo, hash) => User.CreateDemo(demo.Id, demo.Email, hash, demo.Role, demo.Name, clock.UtcNow())));
        if (!await HasDemoKeyAsync(db, cancellationToken))
            db.Add(ApiKey.Create(
                DemoApiKey.Id, DemoApiKey.Key, "Demo", [DemoApiKey.Scope], AssistantAccount.Id, AssistantAccount.Id, expiresAt: null, clock.UtcNow()));
    }

    async Task AddFirstAdminAsync(ConsiliumDb db, CancellationToken cancellationToken)
    {
        if (await db.Set<User>().AnyAsync(u => u.IsDemo, cancellationToken))
            throw new InvalidOperationException(
                "This database has the demo accounts of Development, whose passwords everybody knows: "
                + $"{environment.EnvironmentName} needs a database of its own.");
        if (await HasDemoKeyAsync(db, cancellationToken))
            throw new InvalidOperationException(
                $"This database has the demo API key of Development, which everybody knows: {environment.EnvironmentName} needs a database of its own.");
        if (await db.Set<User>().AnyAsync(u => u.Role == Role.Admin, cancellationToken)) return;
        if (configuration["Admin:Email"] is not { Length: > 0 } email || configuration["Admin:Password"] is not { Length: > 0 } password)
        {
            log.LogWarning("There is no admin yet: set Admin:Email and Admin:Password, or stop the server and run it with 'admin create you@example.org'");
            return;
        }
        if (!EmailAddress.IsValid(email.Trim())) throw new InvalidOperationException("Admin:Email is not an e-mail address.");
        if (policy.Fault(password, email) is { } fault) throw new InvalidOperationException($"Admin:Password {fault}.");
        db.Add(User.Create(Guid.CreateVersion7(), email, await hashing.HashAsync(password, cancellationToken), Role.Admin, name: null, clock.UtcNow()));
    }
    static Task<bool> HasDemoKeyAsync(ConsiliumDb db, CancellationToken cancellationToken)
    {
        var hash = Secrets.Hash(DemoApiKey.Key);
        return db.Set<ApiKey>().AnyAsync(k => k.Hash == hash, cancellationToken);
    }
}
