using System.Security.Cryptography;

namespace Consilium.Tests.Modules.Settings;

/// <summary>The master key as an operator handles it: made at the first start, refused when it is another one, changed by giving the one before.</summary>
public sealed class MasterKeyProcessTests : DatabaseTest
{
    [Fact]
    public async Task The_master_key_is_made_refused_changed_and_told_to_nobody()
    {
        var next = RandomNumberGenerator.GetBytes(32);
        await using var server = await ServerProcess.StartAsync(
            ("ConnectionStrings__Database", Database.ConnectionString), ("Accounts__PasswordIterations", "1000"), ("Database__MaxPoolSize", "20"));
        using var admin = await SignInAsync(server);
        var file = Path.Combine(server.Data, "keys", "master.key");
        var first = Convert.FromBase64String(await File.ReadAllTextAsync(file));
        await (await admin.PostJsonAsync("/api/v1/config", new { Key = "a", Value = "a secret", IsEncrypted = true })).ShouldAnswerAsync(201);
        var answers = await AskAroundAsync(server, admin);
        (await server.TerminateAsync()).ShouldBe(0);

        server.Environment["Security__MasterKey"] = Convert.ToBase64String(next);
        (await server.RestartUntilExitAsync()).ShouldNotBe(0);
        server.Output.ShouldContain("Security:PreviousMasterKey");

        server.Environment["Security__PreviousMasterKeyFile"] = file;
        await server.RestartAsync();
        await ShouldOpenAsync(admin);
        answers += await AskAroundAsync(server, admin);
        (await server.TerminateAsync()).ShouldBe(0);

        // From now on it is a file of the operator's own, and the first one is gone.
        File.Delete(file);
        server.Environment.Remove("Security__PreviousMasterKeyFile");
        server.Environment.Remove("Security__MasterKey");
        server.Environment["Security__MasterKeyFile"] = Path.Combine(server.Data, "operator.key");
        await File.WriteAllTextAsync(server.Environment["Security__MasterKeyFile"], Convert.ToBase64String(next));
        await server.RestartAsync();
        await ShouldOpenAsync(admin);
        File.Exists(file).ShouldBeFalse();

        var keys = new ByteSearch([]);
        keys.AddBytes(first, "the first master key");
        keys.AddBytes(next, "the next master key");
        keys.In(answers).ShouldBeEmpty();
        keys.In(server.Output).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lost_master_key_is_said_to_be_missing_and_no_other_is_made_in_its_place()
    {
        await using var server = await ServerProcess.StartAsync(
            ("ConnectionStrings__Database", Database.ConnectionString), ("Accounts__PasswordIterations", "1000"), ("Database__MaxPoolSize", "20"));
        var file = Path.Combine(server.Data, "keys", "master.key");
        var kept = await File.ReadAllTextAsync(file);
        (await server.TerminateAsync()).ShouldBe(0);
        foreach (var lose in (Action[])[() => File.Delete(file), () => Directory.Delete(Path.GetDirectoryName(file)!, recursive: true)])
        {
            lose();
            (await server.RestartUntilExitAsync()).ShouldBe(1);
            server.Output.ShouldContain($"{file} is missing");
            File.Exists(file).ShouldBeFalse();
        }
        server.Environment["Security__PreviousMasterKey"] = kept; // that it has the key under another name makes no new one either
        (await server.RestartUntilExitAsync()).ShouldBe(1);
        File.Exists(file).ShouldBeFalse();

        server.Environment.Remove("Security__PreviousMasterKey");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, kept);
        await server.RestartAsync();
        (await SignInAsync(server)).Dispose();
    }

    /// <summary>What the server says to anybody and to an administrator, errors too.</summary>
    static async Task<string> AskAroundAsync(ServerProcess server, HttpClient admin)
    {
        var said = "";
        using var anybody = server.Client();
        foreach (var path in (string[])["/", "/health", "/health/ready", "/metrics", "/nowhere", "/api/v1/security/keys", "/api/v1/config?limit=x", "/api/v1/config/a"])
            foreach (var client in (HttpClient[])[anybody, admin])
            {
                using var answer = await client.GetAsync(path);
                said += $"{answer.Headers}{await answer.Content.ReadAsStringAsync()}";
            }
        return said;
    }

    /// <summary>With a token of before: the key that signed it opened too.</summary>
    static async Task ShouldOpenAsync(HttpClient admin) =>
        (await (await admin.PostJsonAsync("/api/v1/config/a/reveal", new { Reason = "to see" })).ShouldAnswerAsync(200)).Text("value").ShouldBe("a secret");

    static async Task<Client> SignInAsync(ServerProcess server)
    {
        using var anonymous = new Client(server.Address);
        var login = await anonymous.PostJsonAsync("/auth/login", new { username = "admin@example.com", password = "admin123" });
        return Client.From(server.Address, "admin@example.com", await login.ShouldAnswerAsync(200));
    }
}
