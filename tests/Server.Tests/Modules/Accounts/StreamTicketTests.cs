using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Tests.Modules.Accounts;

public sealed class StreamTicketTests : DatabaseTest
{
    const string Path = "/api/v1/auth/stream-tickets";

    readonly ManualClock clock = new();
    ProbeServer server = null!;
    Client user = null!;
    Client anyone = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        server = await ProbeServer.StartAsync(Database, clock: clock);
        user = await server.SignInAsync(DemoAccounts.User);
        anyone = server.Anonymous();
    }

    public override async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_ticket_opens_its_path_and_opens_it_again_while_the_session_lives()
    {
        var ticket = await TicketAsync("/probe/stream?after=7");

        using (await OpenStream.OpenAsync(anyone, $"/probe/stream?after=3&ticket={ticket}")) { }
        clock.Advance(TimeSpan.FromDays(1));
        using (await OpenStream.OpenAsync(anyone, $"/probe/stream?ticket={ticket}")) { }

        await (await user.PostJsonAsync("/auth/refresh", new { refresh_token = user.RefreshToken })).ShouldAnswerAsync(200);
        using var again = server.WithHeader("Authorization", "Bearer x");
        await Database.ExecuteAsync("UPDATE accounts.sessions SET ended_at = now() WHERE user_id = $1", user.UserId);
        await Database.ExecuteAsync("INSERT INTO accounts.revocations (subject_id) SELECT id FROM accounts.sessions");
        await Eventually.BecomesAsync(401, async () => (int)(await anyone.GetAsync($"/probe/stream?ticket={ticket}", HttpCompletionOption.ResponseHeadersRead)).StatusCode);
    }

    [Fact]
    public async Task A_ticket_not_used_within_thirty_seconds_is_void()
    {
        var late = await TicketAsync("/probe/stream");
        clock.Advance(TimeSpan.FromSeconds(30));

        await (await anyone.GetAsync($"/probe/stream?ticket={late}")).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_ticket_opens_no_other_path_and_no_route_but_streams()
    {
        var ticket = await TicketAsync("/probe/stream");
        var elsewhere = await TicketAsync("/probe/me");

        await (await anyone.GetAsync($"/probe/other?ticket={ticket}")).ShouldAnswerAsync(401);
        await (await anyone.GetAsync($"/probe/me?ticket={elsewhere}")).ShouldAnswerAsync(401);
        await (await anyone.GetAsync($"/probe/stream?ticket={ticket}&ticket={ticket}")).ShouldAnswerAsync(401);
        await (await anyone.GetAsync("/probe/stream?ticket=")).ShouldAnswerAsync(401);
        await (await anyone.GetAsync($"/probe/stream?ticket={new string('x', 5000)}")).ShouldAnswerAsync(401);
    }

    [Fact]
    public async Task A_request_that_shows_a_ticket_and_a_token_is_refused()
    {
        var ticket = await TicketAsync("/probe/stream");

        await (await user.GetAsync($"/probe/stream?ticket={ticket}")).ShouldAnswerAsync(401);
    }

    [Fact]
    public async Task The_answer_says_how_long_and_the_database_keeps_a_hash()
    {
        var answer = await (await user.PostJsonAsync(Path, new { path = "/probe/stream" })).ShouldAnswerAsync(201);

        answer.Number("expires_in").ShouldBe(30);
        (await Database.ScalarAsync<string>("SELECT to_jsonb(t)::text FROM accounts.stream_tickets t"))!.ShouldNotContain(answer.Text("ticket")!);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"path":""}""")]
    [InlineData("""{"path":"probe/stream"}""")]
    [InlineData("""{"path":"//example.com/probe/stream"}""")]
    [InlineData("""{"path":"https://example.com/probe/stream"}""")]
    public async Task What_is_no_path_is_refused(string body) => await (await user.PostJsonAsync(Path, body)).ShouldRefuseFieldsAsync("path");

    [Fact]
    public async Task Nobody_gets_a_ticket_without_a_session() => await (await anyone.PostJsonAsync(Path, new { path = "/probe/stream" })).ShouldAnswerAsync(401);

    async Task<string> TicketAsync(string path) => (await (await user.PostJsonAsync(Path, new { path })).ShouldAnswerAsync(201)).Text("ticket")!;
}
