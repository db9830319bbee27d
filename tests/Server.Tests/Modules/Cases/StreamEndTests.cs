using System.Net.WebSockets;

namespace Consilium.Tests.Modules.Cases;

/// <summary>How streams are opened by tickets, and that they end with the session, and with the server.</summary>
public sealed class StreamEndTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Password = "several plain words 7";

    [Theory]
    [InlineData("logout")]
    [InlineData("deactivation")]
    [InlineData("password")]
    public async Task Open_streams_end_with_the_session(string how)
    {
        using var user = await server.SignedInAsync("user");
        var id = await user.OpenCaseAsync();
        using var other = await server.SignInAsync(user.Email, Password);
        await using var stream = await EventStream.OpenAsync(user, $"{CaseServer.Root}/{id}/events?after=0");
        await using var socket = await CaseSocket.OpenAsync(user, id);
        await stream.UpToAsync(1);

        switch (how)
        {
            case "logout":
                await (await user.PostJsonAsync("/auth/logout", null)).ShouldAnswerAsync(204);
                break;
            case "deactivation":
                await (await server.Admin.PutJsonAsync($"/api/v1/users/{user.UserId}", new { is_active = false })).ShouldAnswerAsync(200);
                break;
            default:
                await (await other.PostJsonAsync("/api/v1/auth/change-password",
                    new { old_password = Password, new_password = "other plain words 8" })).ShouldAnswerAsync(204);
                break;
        }

        await stream.ShouldEndAsync();
        await socket.ShouldCloseAsync(WebSocketCloseStatus.PolicyViolation);
        await (await user.GetAsync($"{CaseServer.Root}/{id}/events")).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task Another_session_of_the_same_person_goes_on()
    {
        using var user = await server.SignedInAsync("user");
        using var other = await server.SignInAsync(user.Email, Password);
        var id = await user.OpenCaseAsync();
        await using var stream = await EventStream.OpenAsync(other, $"{CaseServer.Root}/{id}/events");
        await (await user.PostJsonAsync("/auth/logout", null)).ShouldAnswerAsync(204);

        await server.Staff.SayAsync(id, "Are you there?");
        (await stream.NextAsync())!.Id.ShouldBe("2");
    }

    [Fact]
    public async Task A_ticket_opens_its_stream_and_nothing_else()
    {
        var id = await server.Owner.OpenCaseAsync();
        var (events, socket) = ($"/cases/{id}/events", $"/cases/{id}/ws");
        var (toEvents, toSocket) = (await TicketAsync(events), await TicketAsync(socket));
        using var anonymous = server.Anonymous();

        for (var opening = 0; opening < 2; opening++) // it re-opens its path
        {
            await using var stream = await EventStream.OpenAsync(anonymous, $"{events}?after=0&ticket={toEvents}");
            (await stream.NextAsync())!.Id.ShouldBe("1");
            await using var sockets = await CaseSocket.OpenAsync(server.Address, $"{socket}?after=0&ticket={toSocket}");
            (await sockets.NextAsync())!.Value.Number("seq").ShouldBe(1);
        }
        string[] elsewhere =
        [
            $"{events}?ticket={toSocket}", $"/api/v1{events}?ticket={toEvents}", $"/cases/{id}?ticket={toEvents}",
            $"/cases/{id}/messages?ticket={toEvents}",
            $"/cases?ticket={toEvents}", $"/cases/{Guid.CreateVersion7()}/events?ticket={toEvents}", $"{events}?ticket={toEvents}x",
            $"{events}?ticket=", $"{events}?ticket={toEvents}&ticket={toEvents}",
        ];
        foreach (var path in elsewhere) await (await anonymous.GetAsync(path)).ShouldBeProblemAsync(401, "unauthenticated");
        await (await anonymous.PostJsonAsync($"/cases/{id}/messages?ticket={toEvents}", new { content = "x" }))
            .ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_ticket_ends_with_its_session_and_gives_no_more_than_its_owner_has()
    {
        using var user = await server.SignedInAsync("user");
        var path = $"/cases/{await user.OpenCaseAsync()}/events";
        var ticket = await TicketAsync(path, user);
        var strangers = await TicketAsync(path, server.Stranger);
        using var anonymous = server.Anonymous();
        await using var stream = await EventStream.OpenAsync(anonymous, $"{path}?after=0&ticket={ticket}");
        await stream.UpToAsync(1);

        await (await anonymous.GetAsync($"{path}?ticket={strangers}")).ShouldBeProblemAsync(404, "not_found");
        await (await user.PostJsonAsync("/auth/logout", null)).ShouldAnswerAsync(204);
        await stream.ShouldEndAsync();
        await (await anonymous.GetAsync($"{path}?ticket={ticket}")).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_stopping_server_closes_what_is_open()
    {
        var stopping = await Server.StartAsync(CaseServer.QuickPasswords);
        using var owner = await stopping.SignedInAsync("user");
        var id = await owner.OpenCaseAsync();
        await using var stream = await EventStream.OpenAsync(owner, $"{CaseServer.Root}/{id}/events");
        await using var socket = await CaseSocket.OpenAsync(owner, id);

        var stop = stopping.DisposeAsync();

        await stream.ShouldEndAsync();
        await socket.ShouldCloseAsync(WebSocketCloseStatus.EndpointUnavailable);
        await stop;
    }

    async Task<string> TicketAsync(string path, Client? whose = null) =>
        (await (await (whose ?? server.Owner).PostJsonAsync("/api/v1/auth/stream-tickets", new { path })).ShouldAnswerAsync(201)).Text("ticket")!;
}
