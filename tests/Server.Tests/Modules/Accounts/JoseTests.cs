using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consilium.Modules.Accounts;

namespace Consilium.Tests.Modules.Accounts;

/// <summary>Our tokens before the eyes of another implementation, npm <c>jose</c>.</summary>
public sealed class JoseTests
{
    static readonly string Folder = Path.Combine(Repository.Root, "tests", "Server.Tests", "Support", "jose");

    readonly ManualClock clock = new();
    readonly KeyRing ring = new();

    [JoseFact]
    public async Task Good_tokens_are_accepted_and_those_of_other_keys_are_not()
    {
        ring.Replace([TokenKey.Create(), TokenKey.Create()]);
        var tokens = new AccessTokens(ring, clock);
        var users = Enumerable.Range(0, 50).Select(_ => Guid.CreateVersion7()).ToList();
        var ours = users.Select(user => tokens.Issue(user, Guid.CreateVersion7())).ToList();
        var jwks = ring.ToJwks();
        ring.Replace([TokenKey.Create()]);
        var foreign = tokens.Issue(users[0], Guid.CreateVersion7());

        var subjects = await VerifyAsync(jwks, [.. ours, foreign, ours[0] + "A"]);

        subjects.ShouldBe([.. users.Select(user => user.ToString()), null, null]);
    }

    static async Task<List<string?>> VerifyAsync(JsonObject jwks, List<string> tokens)
    {
        using var node = Process.Start(new ProcessStartInfo("node", "verify.mjs")
        {
            WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        await node.StandardInput.WriteAsync(JsonSerializer.Serialize(new { jwks, issuer = AccessTokens.Issuer, audience = AccessTokens.Audience, tokens }));
        node.StandardInput.Close();
        var answer = await node.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await node.WaitForExitAsync();
        return JsonSerializer.Deserialize<List<string?>>(answer)!;
    }

    /// <summary>Skipped where the build could not restore jose; in CI it fails there.</summary>
    sealed class JoseFactAttribute : FactAttribute
    {
        public JoseFactAttribute()
        {
            if (!Directory.Exists(Path.Combine(Folder, "node_modules", "jose")) && Environment.GetEnvironmentVariable("CI") is null or "")
                Skip = "npm jose is not there: install Node.js with npm and build again.";
        }
    }
}
