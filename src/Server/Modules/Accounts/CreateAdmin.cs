using System.Text;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Json;

namespace Consilium.Modules.Accounts;

/// <summary>The command <c>admin create e-mail</c>: whoever may run the server's program makes an admin; the password comes from the terminal or a pipe.</summary>
internal static class CreateAdmin
{
    /// <summary>What to run instead of the server; null when the arguments ask for the server.</summary>
    public static Func<WebApplication, Task<int>>? AskedBy(string[] args) => args switch
    {
        ["admin", "create", var email, ..] when !email.StartsWith('-') => app => RunAsync(app, email),
        ["admin", ..] => _ => throw new StartException("Say whom: admin create you@example.org."),
        _ => null,
    };

    static async Task<int> RunAsync(WebApplication app, string email)
    {
        if (!EmailAddress.IsValid(email)) throw new StartException($"'{email}' is not an e-mail address.");
        await app.Services.GetRequiredService<DatabaseStartup>().StartingAsync(CancellationToken.None);
        var password = ReadPassword();
        if (app.Services.GetRequiredService<PasswordPolicy>().Fault(password, email) is { } fault) throw new StartException($"The password {fault}.");

        await using var scope = app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConsiliumDb>();
        var now = app.Services.GetRequiredService<TimeProvider>().UtcNow();
        var hash = await app.Services.GetRequiredService<PasswordHashing>().HashAsync(password, CancellationToken.None);
        var admin = User.Create(Guid.CreateVersion7(now), email, hash, Role.Admin, name: null, now);
        db.Add(admin);
        scope.ServiceProvider.GetRequiredService<IAuditTrail>().Add(new(ActorId: null, ActorRole: null, "user.created", $"user/{admin.Id}", Reason: "by the command admin create"));
        if (!await NewAccounts.TrySaveAsync(db, CancellationToken.None)) throw new StartException($"There is an account of {email} already.");
        Console.WriteLine($"The admin {email} can log in now.");
        return 0;
    }

    static string ReadPassword()
    {
        if (Console.IsInputRedirected) return Console.ReadLine() ?? "";
        Console.Write("Password (it is not shown): ");
        var password = new StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key != ConsoleKey.Backspace) password.Append(key.KeyChar);
            else if (password.Length > 0) password.Length--;
        }
        Console.WriteLine();
        return password.ToString();
    }
}
