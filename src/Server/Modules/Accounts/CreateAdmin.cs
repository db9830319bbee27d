using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Json;

namespace Consilium.Modules.Accounts;

/// <summary>
/// The command <c>admin create --email …</c>, for whoever operates the server: makes an admin while the server is not running. The password
/// comes from the standard input; without one it is made up and shown once.
/// </summary>
internal static class CreateAdmin
{
    const string Usage = "Usage: admin create --email <address>   (the password on standard input; without one, one is made up and shown)";

    public static bool Is(string[] args) => args is ["admin", ..];

    /// <returns>The exit code: 0 done, 1 refused, 2 not understood.</returns>
    public static async Task<int> RunAsync(string[] args, Func<WebApplication> build, TextReader input, TextWriter output, TextWriter errors)
    {
        if (args is not ["admin", "create", "--email", var email])
        {
            await errors.WriteLineAsync(Usage);
            return 2;
        }
        WebApplication? app = null;
        try
        {
            app = build();
            await app.Services.GetRequiredService<DatabaseStartup>().StartingAsync(default);
            var given = (await input.ReadLineAsync())?.TrimEnd('\r');
            var password = string.IsNullOrEmpty(given) ? Secrets.New() : given;
            await using var scope = app.Services.CreateAsyncScope();
            if (await RefusalAsync(scope.ServiceProvider, email.Trim(), password) is { } refusal)
            {
                await errors.WriteLineAsync(refusal);
                return 1;
            }
            await output.WriteLineAsync($"Created the admin {email.Trim()}.");
            if (string.IsNullOrEmpty(given)) await output.WriteLineAsync($"The password, shown only here: {password}");
            return 0;
        }
        catch (Exception fault) // the operator gets a sentence, whatever it is
        {
            await errors.WriteLineAsync(StartFailure.Explain(fault));
            return 1;
        }
        finally
        {
            if (app is not null) await app.DisposeAsync(); // stops the embedded PostgreSQL
        }
    }

    static async Task<string?> RefusalAsync(IServiceProvider services, string email, string password)
    {
        if (!EmailAddress.IsValid(email)) return $"'{email}' is not an e-mail address.";
        if (services.GetRequiredService<PasswordPolicy>().Fault(password, email) is { } fault) return $"The password {fault}.";
        var now = services.GetRequiredService<TimeProvider>().UtcNow();
        var hash = await services.GetRequiredService<PasswordHashing>().HashAsync(password, default);
        var admin = User.Create(Guid.CreateVersion7(now), email, hash, Role.Admin, name: null, now);
        var db = services.GetRequiredService<ConsiliumDb>();
        db.Add(admin);
        services.GetRequiredService<IAuditTrail>().Add(new(ActorId: null, ActorRole: null, "user.created", $"user/{admin.Id}", Reason: "command admin create"));
        return await NewAccounts.TrySaveAsync(db, default) ? null : $"There is an account with the e-mail {email} already.";
    }
}
