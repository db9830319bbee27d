using System.CommandLine;
using System.Text;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Commands;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Json;

namespace Consilium.Modules.Accounts;

/// <summary>
/// The command <c>admin create e-mail</c>: a person who may run the server's program makes an admin. The password comes from the terminal or a pipe.
/// </summary>
internal static class CreateAdmin
{
    public static Command Command(RunCommand run)
    {
        var email = new Argument<string>("email") { Description = "The e-mail address of the new admin." };
        var create = new Command("create", "Makes an admin. The password is asked for, or read from a pipe as one line.") { email };
        create.SetAction(line => run(line, app => RunAsync(app, line.GetRequiredValue(email))));
        return new("admin", "Makes accounts for admins.") { create };
    }

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
