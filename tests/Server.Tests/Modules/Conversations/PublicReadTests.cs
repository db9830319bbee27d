using Consilium.Platform.Hosting;

namespace Consilium.Tests.Modules.Conversations;

/// <summary>Where reading is not for everybody.</summary>
public sealed class PublicReadTests(PublicReadTests.ClosedToThePublic server) : IClassFixture<PublicReadTests.ClosedToThePublic>
{
    [Theory]
    [InlineData("/conversations", "")]
    [InlineData("/conversations", "/messages")]
    [InlineData("/api/v1/conversations", "")]
    [InlineData("/api/v1/conversations", "/messages")]
    public async Task Reading_needs_a_key_to_read_or_write(string root, string what)
    {
        using var program = server.Program();
        var path = $"{root}/{await program.OpenConversationAsync()}{what}";
        using var anyone = server.Anonymous();
        using var admin = await server.SignInAsync("admin@example.com", "admin123");
        using var other = await server.ProgramAsync("cases:write");
        using var reader = await server.ProgramAsync("conversations:read");

        await (await anyone.GetAsync(path)).ShouldBeErrorAsync(401, "unauthenticated");
        await (await admin.GetAsync(path)).ShouldBeErrorAsync(403, "forbidden");
        await (await other.GetAsync(path)).ShouldBeErrorAsync(403, "forbidden");
        await reader.GetJsonAsync(path);
        await program.GetJsonAsync(path);
    }

    [Fact]
    public async Task A_setting_that_is_neither_true_nor_false_stops_the_start() =>
        (await Should.ThrowAsync<StartException>(() =>
            Server.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Conversations:PublicRead"] = "perhaps" })))
            .Message.ShouldContain("Conversations:PublicRead");

    public sealed class ClosedToThePublic : Server
    {
        protected override IReadOnlyDictionary<string, string?> Settings { get; init; } =
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["Conversations:PublicRead"] = "false" };
    }
}
