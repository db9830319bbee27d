using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Tickets;

public sealed class FollowTicketTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Theory]
    [InlineData("/tickets")]
    [InlineData("/api/v1/tickets")]
    public async Task Messages_come_in_the_shape_of_the_door(string root)
    {
        var id = await server.Owner.OpenTicketAsync();
        await using var stream = await EventStream.OpenAsync(server.Staff, $"{root}/{id}/events?after=0");
        var posted = await server.Owner.PostAsync(id, "It beeps.");

        var frames = await stream.UpToAsync(2);
        frames.Select(f => f.Event).ShouldBe(["participant.joined", "message.posted"]);
        frames[1].Data.GetProperty("message").GetRawText().ShouldBe(posted.GetRawText());
    }

    [Fact]
    public async Task A_stream_resumes_and_a_ticket_opens_it()
    {
        var id = await server.Owner.OpenTicketAsync();
        for (var i = 0; i < 3; i++) await server.Owner.PostAsync(id, $"{i}");
        var path = $"/tickets/{id}/events";
        var ticket = (await (await server.Owner.PostJsonAsync("/api/v1/auth/stream-tickets", new { path })).ShouldAnswerAsync(201)).Text("ticket");
        using var anonymous = server.Anonymous();

        await using var stream = await EventStream.OpenAsync(anonymous, $"{path}?ticket={ticket}", lastEventId: "3");
        (await stream.NextAsync())!.Id.ShouldBe("4");
    }

    [Fact]
    public async Task A_socket_follows_posts_and_reads()
    {
        var id = await server.Owner.OpenTicketAsync();
        await using var socket = await CaseSocket.OpenAsync(
            server.Address, $"/tickets/{id}/ws?after=1", ("Authorization", $"Bearer {server.Owner.AccessToken}"));
        await socket.SendAsync(new { type = "post", content = "It beeps.", client_token = "t" });
        await socket.SendAsync(new { type = "post", content = "" });

        var received = new[] { (await socket.NextAsync())!.Value, (await socket.NextAsync())!.Value, (await socket.NextAsync())!.Value }
            .ToDictionary(message => message.Text("type")!, StringComparer.Ordinal);
        received["accepted"].GetProperty("message").Id("ticket_id").ShouldBe(id);
        received["accepted"].Text("client_token").ShouldBe("t");
        received["message.posted"].GetProperty("message").Text("content").ShouldBe("It beeps.");
        received["error"].Text("code").ShouldBe("validation_failed");
        await server.Staff.PostAsync(id, "Since when?");
        (await server.Owner.TicketAsync(id)).Number("unread_count").ShouldBe(1);
        await socket.SendAsync(new { type = "read", seq = 4 });
        while ((await socket.NextAsync())!.Value.Text("type") != "read") { }
        (await server.Owner.TicketAsync(id)).Number("unread_count").ShouldBe(0);
    }

    [Fact]
    public async Task Following_is_audited_and_others_may_not()
    {
        var id = await server.Owner.OpenTicketAsync();
        await (await server.Stranger.GetAsync($"/tickets/{id}/events")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Doctor.GetAsync($"/tickets/{id}/events")).ShouldBeProblemAsync(403, "forbidden");
        await using var stream = await EventStream.OpenAsync(server.Staff, $"/tickets/{id}/events");

        (await server.Database.ColumnAsync<string>(
            "SELECT actor_role || ' ' || outcome FROM audit.entries WHERE resource = $1 AND action = 'ticket.follow' ORDER BY id", $"ticket/{id}"))
            .ShouldBe(["user denied", "staff ok"]);
    }
}
