using Consilium.Modules.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Consilium.Tests.Modules.Accounts;

/// <summary>Accounts from before there was a canonical form of e-mail addresses: all start, and each opens for its owner only.</summary>
public sealed class EmailKeysTests : DatabaseTest
{
    const string Composed = "t\u00e9@example.com";
    const string Decomposed = "te\u0301@example.com";
    const string Odd = "odd@exa\u200dmple.com";

    [Fact]
    public async Task Accounts_of_one_mailbox_keep_their_own_spelling_and_open_for_their_owners()
    {
        await BeforeAsync();
        var plain = await AddAsync("Plain.Name@Example.com", "password of plain");
        var older = await AddAsync(Composed, "password of older");
        var younger = await AddAsync(Decomposed, "password of younger");
        var dotted = await AddAsync("\u0130an@example.com", "password of dotted");
        var domain = await AddAsync("x@M\u00dcNCHEN.de", "password of domain");
        var encoded = await AddAsync("y@XN--MNCHEN-3YA.de", "password of encoded");
        var odd = await AddAsync(Odd, "password of odd");
        await MigrateAsync();

        for (var start = 0; start < 2; start++) // the second one changes nothing
        {
            await using var server = await ProbeServer.StartAsync(Database);
            foreach (var (email, password, id) in ((string, string, Guid)[])[
                ("plain.name@example.com", "password of plain", plain), (Composed, "password of older", older),
                (Decomposed, "password of younger", younger), ("T\u00c9@example.com", "password of older", older),
                ("\u0130an@example.com", "password of dotted", dotted), ("X@xn--mnchen-3ya.de", "password of domain", domain),
                ("y@m\u00fcnchen.de", "password of encoded", encoded), (Odd, "password of odd", odd)])
            {
                using var owner = await server.SignInAsync(email, password);
                (await owner.GetJsonAsync("/api/v1/users/me")).Id().ShouldBe(id);
            }
            using var anyone = server.WithHeader("X-Test", "1");
            foreach (var (email, password) in ((string, string)[])[
                (Composed, "password of younger"), (Decomposed, "password of older"), ("TE\u0301@example.com", "password of younger"),
                ("ian@example.com", "password of dotted")])
                await RefusedAsync(anyone, email, password);
            foreach (var email in (string[])[Composed, Decomposed, "x@m\u00fcnchen.de"])
                await (await anyone.PostJsonAsync("/auth/signup", new { email, password = "password1" })).ShouldBeProblemAsync(409, "email_taken");
        }
        (await Database.ColumnAsync<Guid>("SELECT id FROM accounts.users WHERE email IS NOT NULL AND email_key IS NULL"))
            .ShouldBe([younger, odd], ignoreOrder: true);
    }

    [Fact]
    public async Task A_password_from_before_opens_as_it_was_typed_and_in_every_spelling_from_then_on()
    {
        const string typed = "Pa\u0308sswo\u0308rter", composed = "P\u00e4ssw\u00f6rter";
        await using var server = await ProbeServer.StartAsync(Database);
        var id = await AddAsync("before@example.com", typed, "before@example.com");
        using var anyone = server.WithHeader("X-Test", "1");
        await RefusedAsync(anyone, "before@example.com", composed);

        using var owner = await server.SignInAsync("before@example.com", typed);

        owner.UserId.ShouldBe(id);
        (await server.SignInAsync("before@example.com", composed)).Dispose();
        (await server.SignInAsync("before@example.com", typed)).Dispose();
    }

    static async Task RefusedAsync(Client anyone, string email, string password) =>
        await (await anyone.PostJsonAsync("/auth/login", new { username = email, password })).ShouldBeProblemAsync(401, "invalid_credentials");

    /// <summary>Takes back what the migration did.</summary>
    Task BeforeAsync() => Database.ExecuteAsync("""
        ALTER TABLE accounts.users DROP COLUMN email_key;
        CREATE UNIQUE INDEX users_email ON accounts.users (lower(email));
        """);

    async Task MigrateAsync()
    {
        using var sql = new StreamReader(typeof(EmailAddress).Assembly.GetManifestResourceStream("Migrations/0020_email_keys.sql")!);
        await Database.ExecuteAsync(await sql.ReadToEndAsync());
    }

    /// <summary>An account whose password was hashed as it was typed.</summary>
    async Task<Guid> AddAsync(string email, string password, string? key = null)
    {
        var id = Guid.CreateVersion7();
        var hasher = new PasswordHasher<string>(Options.Create(new PasswordHasherOptions { IterationCount = 1000 }));
        await Database.ExecuteAsync("""
            INSERT INTO accounts.users (id, email, password_hash, role, created_at, updated_at) VALUES ($1, $2, $3, 'user', clock_timestamp(), now())
            """, id, email, hasher.HashPassword("", password));
        if (key is not null) await Database.ExecuteAsync("UPDATE accounts.users SET email_key = $2 WHERE id = $1", id, key);
        return id;
    }
}
