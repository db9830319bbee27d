using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Settings;

public sealed class OpenLimitTests : IAsyncLifetime
{
    readonly ManualClock clock = new();
    Server server = null!;

    public async Task InitializeAsync() => server = await Server.StartAsync(
        new Dictionary<string, string?>(CaseServer.QuickPasswords, StringComparer.Ordinal) { ["Security:OpensPerMinute"] = "3" }, clock);

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Who_opens_too_many_has_to_wait_and_nobody_else()
    {
        using var admin = await server.SignedInAsync("admin");
        using var other = await server.SignedInAsync("admin");
        var encrypted = await admin.EncryptAsync("x");
        // What cannot be opened counts as well: it may be somebody who tries.
        await (await admin.TryDecryptAsync("AAAA")).ShouldBeProblemAsync(400, "cannot_decrypt");
        for (var left = 1; left >= 0; left--)
        {
            var opened = await admin.TryDecryptAsync(encrypted);
            await opened.ShouldAnswerAsync(200);
            opened.Headers.GetValues("RateLimit-Policy").ShouldBe(["\"secrets\";q=3;w=60"]);
            opened.Headers.GetValues("RateLimit").ShouldBe([$"\"secrets\";r={left};t=20"]);
        }
        clock.Advance(TimeSpan.FromSeconds(5));

        var refused = await admin.TryDecryptAsync(encrypted);

        await refused.ShouldBeProblemAsync(429, "too_many_requests");
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(15));
        refused.Headers.GetValues("RateLimit").ShouldBe(["\"secrets\";r=0;t=15"]);
        await other.DecryptAsync(encrypted);
        (await admin.PostJsonAsync("/api/v1/security/encrypt", new { value = "encrypting is not opening" })).Headers.Contains("RateLimit").ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(15));
        await admin.DecryptAsync(encrypted);
    }
}
