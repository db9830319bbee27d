using System.Net.WebSockets;
using System.Text;

namespace Consilium.Tests.Modules.Cases;

/// <summary>The live events of a case over a WebSocket, and what it takes.</summary>
public sealed class CaseSocketTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task A_socket_sends_the_same_objects_as_the_stream()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.SayAsync(id, "Hello 😀");
        await (await server.Owner.TryEditAsync(id, message.Id(), "Hello again")).ShouldAnswerAsync(200);
        await server.Staff.SayAsync(id, "Yes?");
        await server.Staff.PutAsync(id, "assign", new { assignee_id = server.Staff.UserId });
        await server.Owner.ReadAsync(id, 4);
        await server.Owner.PutAsync(id, "close");
        var events = await server.Owner.EventsAsync(id);

        await using var socket = await CaseSocket.OpenAsync(server.Owner, id, "?after=0");
        foreach (var happened in events) (await socket.NextAsync())!.Value.GetRawText().ShouldBe(happened.GetRawText());
    }

    [Fact]
    public async Task A_post_is_accepted_with_its_message_and_repeating_it_finds_it()
    {
        var id = await server.Owner.OpenCaseAsync();
        await using var socket = await CaseSocket.OpenAsync(server.Owner, id);
        await using var other = await CaseSocket.OpenAsync(server.Staff, id);
        var post = new { type = "post", content = " Through the socket ", client_token = "s1", ask_assistant = false };

        await socket.SendAsync(post);
        var accepted = await socket.NextAsync("accepted");
        await socket.SendAsync(post);
        var again = await socket.NextAsync("accepted");

        accepted.Text("client_token").ShouldBe("s1");
        accepted.GetProperty("message").Text("content").ShouldBe("Through the socket");
        again.GetProperty("message").GetRawText().ShouldBe(accepted.GetProperty("message").GetRawText());
        (await other.NextAsync("message.posted")).GetProperty("message").GetRawText().ShouldBe(accepted.GetProperty("message").GetRawText());
        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Reading_through_the_socket_moves_the_mark()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Staff.SayAsync(id, "Read me");
        await using var socket = await CaseSocket.OpenAsync(server.Owner, id);

        await socket.SendAsync(new { type = "read", seq = message.Number("seq") });

        (await socket.NextAsync("read")).Number("last_read_seq").ShouldBe(message.Number("seq"));
        (await server.Owner.CaseAsync(id)).Number("unread_count").ShouldBe(0);
    }

    [Theory]
    [InlineData("not json", "malformed_json")]
    [InlineData("", "malformed_json")]
    [InlineData("[]", "malformed_json")]
    [InlineData("\"typing\"", "malformed_json")]
    [InlineData("""{"type":"typing","type":"read"}""", "malformed_json")]
    [InlineData("""{"type":"post","content":"a\u0000b"}""", "malformed_json")]
    [InlineData("""{"type":"post","content":"\ud800"}""", "malformed_json")]
    [InlineData("{}", "unknown_type")]
    [InlineData("""{"type":"dance"}""", "unknown_type")]
    [InlineData("""{"type":1}""", "unknown_type")]
    [InlineData("""{"type":"read"}""", "validation_failed")]
    [InlineData("""{"type":"read","seq":"1"}""", "validation_failed")]
    [InlineData("""{"type":"read","seq":-1}""", "validation_failed")]
    [InlineData("""{"type":"read","seq":1.5}""", "validation_failed")]
    [InlineData("""{"type":"read","seq":1000}""", "validation_failed")]
    [InlineData("""{"type":"post"}""", "validation_failed")]
    [InlineData("""{"type":"post","content":"  "}""", "validation_failed")]
    [InlineData("""{"type":"post","content":7}""", "validation_failed")]
    [InlineData("""{"type":"post","content":"x","reply_to":"y"}""", "validation_failed")]
    [InlineData("""{"type":"post","content":"x","reply_to":"0198aaaa-0000-7000-8000-000000000001"}""", "validation_failed")]
    public async Task What_cannot_be_taken_is_answered_and_the_socket_goes_on(string message, string code)
    {
        var id = await server.Owner.OpenCaseAsync();
        await using var socket = await CaseSocket.OpenAsync(server.Owner, id);

        await socket.SendAsync(message);
        var error = await socket.NextAsync("error");
        error.Text("code").ShouldBe(code);
        error.Text("message").ShouldNotBeNullOrEmpty();

        await socket.SendAsync(new { type = "post", content = "Works", client_token = "t", ask_assistant = false });
        (await socket.NextAsync("accepted")).GetProperty("message").Number("seq").ShouldBe(2);
    }

    [Fact]
    public async Task A_client_that_closes_is_answered()
    {
        await using var socket = await CaseSocket.OpenAsync(server.Owner, await server.Owner.OpenCaseAsync());
        await socket.CloseAsync();
        socket.ClosedWith.ShouldBe(WebSocketCloseStatus.NormalClosure);
    }

    [Fact]
    public async Task A_refused_post_names_its_token()
    {
        var id = await server.Owner.OpenCaseAsync();
        await using var socket = await CaseSocket.OpenAsync(server.Owner, id);
        await server.Staff.PutAsync(id, "close");

        await socket.SendAsync(new { type = "post", content = "Too late", client_token = "late" });

        var error = await socket.NextAsync("error");
        (error.Text("code"), error.Text("client_token")).ShouldBe(("case_closed", "late"));
    }

    [Fact]
    public async Task What_fails_inside_is_answered_without_a_word_of_the_inside_and_the_socket_goes_on()
    {
        var broken = await Server.StartAsync(CaseServer.QuickPasswords);
        try
        {
            using var owner = await broken.SignedInAsync("user");
            var id = await owner.OpenCaseAsync();
            await using var socket = await CaseSocket.OpenAsync(owner, id);

            await broken.Database.ExecuteAsync("ALTER TABLE threads.participants RENAME TO away");
            await socket.SendAsync(new { type = "read", seq = 1, client_token = "r" });
            var error = await socket.NextAsync("error");
            await broken.Database.ExecuteAsync("ALTER TABLE threads.away RENAME TO participants");

            (error.Text("code"), error.Text("client_token")).ShouldBe(("internal_error", "r"));
            error.GetRawText().ShouldNotContain("participants");
            await socket.SendAsync(new { type = "read", seq = 1 });
            (await socket.NextAsync("read")).Number("seq").ShouldBe(2);
        }
        finally
        {
            await broken.DisposeAsync();
        }
    }

    [Fact]
    public async Task Too_big_too_many_and_no_text_close_the_socket()
    {
        var id = await server.Owner.OpenCaseAsync();
        await using (var big = await CaseSocket.OpenAsync(server.Owner, id))
        {
            await big.SendAsync($$"""{"type":"post","content":"{{new string('x', 600_000)}}"}""");
            await big.ShouldCloseAsync(WebSocketCloseStatus.MessageTooBig);
        }
        await using (var parts = await CaseSocket.OpenAsync(server.Owner, id))
        {
            for (var i = 0; i < 6; i++) await parts.SendPartAsync(Encoding.UTF8.GetBytes(new string(' ', 100_000)));
            await parts.ShouldCloseAsync(WebSocketCloseStatus.MessageTooBig);
        }
        await using (var many = await CaseSocket.OpenAsync(server.Owner, id))
        {
            for (var i = 0; i < 70; i++) await many.SendAsync(new { type = "typing" });
            await many.ShouldCloseAsync(WebSocketCloseStatus.PolicyViolation);
        }
        await using (var binary = await CaseSocket.OpenAsync(server.Owner, id))
        {
            await binary.SendBinaryAsync();
            await binary.ShouldCloseAsync(WebSocketCloseStatus.InvalidMessageType);
        }
        (await server.Owner.CaseAsync(id)).Number("last_seq").ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_may_not_read_is_refused_before_the_upgrade()
    {
        var id = await server.Owner.OpenCaseAsync();
        var path = $"{CaseServer.Root}/{id}/ws";
        async Task RefusedAsync(int status, string address, params (string, string)[] headers) =>
            (await Should.ThrowAsync<CaseSocket.RefusedException>(() => CaseSocket.OpenAsync(server.Address, address, headers))).Status
                .ShouldBe(status);

        await RefusedAsync(401, path);
        await RefusedAsync(401, path, ("Authorization", "Bearer x.y.z"));
        await RefusedAsync(404, path, Bearer(server.Stranger));
        await RefusedAsync(404, $"{CaseServer.Root}/{Guid.CreateVersion7()}/ws", Bearer(server.Owner));
        await RefusedAsync(403, path, Bearer(server.Doctor));
        await RefusedAsync(400, path + "?after=x", Bearer(server.Owner));
        foreach (var origin in (string[])["https://elsewhere.example", $"https://{server.Address.Authority}", $"http://{server.Address.Host}", $"http://{server.Address.Host}:1", "null"])
            await RefusedAsync(403, path, Bearer(server.Owner), ("Origin", origin));
        await (await server.Owner.GetAsync(path)).ShouldBeProblemAsync(400, "websocket_required");
        await using var own = await CaseSocket.OpenAsync(server.Address, path, Bearer(server.Owner),
            ("Origin", server.Address.ToString().TrimEnd('/')));
    }

    static (string, string) Bearer(Client client) => ("Authorization", $"Bearer {client.AccessToken}");
}
