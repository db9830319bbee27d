using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Settings;

public sealed class OpenLimitTests : IAsyncLifetime
{
    Server server = null!;

    public async Task InitializeAsync() => server = await Server.StartAsync(
        new Dictionary<string, string?>(CaseServer.QuickPasswords, StringComparer.Ordinal) { ["Security:OpensPerMinute"] = "3" });

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Who_opens_too_many_has_to_wait_and_nobody_else()
    {
        using var admin = await server.SignedInAsync("admin");
        using var other = await server.SignedInAsync("admin");
        var encrypted = await admin.EncryptAsync("x");
        // What cannot be opened counts as well: it may be somebody who tries.
        await (await admin.TryDecryptAsync("AAAA")).ShouldBeProblemAsync(400, "cannot_decrypt");
        for (var i = 0; i < 2; i++) await admin.DecryptAsync(encrypted);

        var refused = await admin.TryDecryptAsync(encrypted);

        await refused.ShouldBeProblemAsync(429, "too_many_requests");
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        await other.DecryptAsync(encrypted);
        await admin.EncryptAsync("encrypting is not opening");
    }
}
