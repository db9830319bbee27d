using System.Text.Json;
using System.Text.Json.Nodes;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Api;

/// <summary>What the document says of the messages of a WebSocket is what comes and what is taken: events, answers and refusals.</summary>
public sealed class FramesTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task Each_message_of_a_case_is_as_the_document_says_and_has_no_member_that_it_does_not_name()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var operation = api.Document.GetProperty("paths").GetProperty("/api/v1/cases/{id}/ws").GetProperty("get");
        var sent = operation.GetProperty("responses").GetProperty("101").GetProperty("content").GetProperty("application/json").GetProperty("schema");
        var taken = operation.GetProperty("x-client-messages");
        var id = await server.Owner.OpenCaseAsync();
        await using var socket = await CaseSocket.OpenAsync(server.Owner, id, "?after=0");
        await using var other = await CaseSocket.OpenAsync(server.Staff, id);

        await SendAsync(socket, new { type = "post", content = "Who can help?", client_token = "first" });
        var frames = await UntilAsync(socket, "run.finished");
        var question = frames.Single(frame => frame.Text("type") == "accepted").GetProperty("message").Id();
        await (await server.Owner.TryEditAsync(id, question, "Who can help me?")).ShouldAnswerAsync(200);
        await server.Owner.RetractAsync(id, question);
        await server.Staff.SayAsync(id, "I can."); // takes the turn
        await server.Staff.PutAsync(id, "assign", new { assignee_id = server.Staff.UserId });
        await server.Staff.PutAsync(id, "assign", new { assignee_id = (Guid?)null });
        await SendAsync(socket, new { type = "read", seq = 1 });
        await SendAsync(other, new { type = "typing" });
        await SendAsync(socket, new { type = "post", content = "Thank you.", ask_assistant = false });
        frames.AddRange(await UntilAsync(socket, "accepted"));
        await socket.SendAsync(new { type = "post", content = "", client_token = "empty" });
        frames.AddRange(await UntilAsync(socket, "error"));
        await server.Staff.PutAsync(id, "close");
        await server.Staff.PutAsync(id, "reopen");
        frames.AddRange(await UntilAsync(socket, "thread.reopened"));

        foreach (var frame in frames)
        {
            api.Fault(sent, frame).ShouldBeNull(frame.ToString());
            var form = api.Resolve(sent).GetProperty("oneOf").EnumerateArray().Select(api.Resolve).Single(form => api.Fault(form, frame) is null);
            var named = form.GetProperty("properties").EnumerateObject().Select(member => member.Name);
            frame.EnumerateObject().Select(member => member.Name).Except(named, StringComparer.Ordinal).ShouldBeEmpty(frame.ToString());
        }
        string[] kinds =
        [
            "participant.joined", "message.posted", "run.started", "run.finished", "message.edited", "message.retracted", "assistant.changed",
            "case.assigned", "read", "typing", "accepted", "error", "thread.closed", "thread.reopened",
        ];
        kinds.Except(frames.Types(), StringComparer.Ordinal).ShouldBeEmpty();

        async Task SendAsync(CaseSocket to, object message)
        {
            api.Fault(taken, JsonSerializer.SerializeToElement(message)).ShouldBeNull();
            await to.SendAsync(message);
        }
    }

    [Fact]
    public async Task What_the_document_does_not_take_is_refused()
    {
        var api = await ApiSchemas.ReadAsync(server.Address);
        var taken = api.Document.GetProperty("paths").GetProperty("/api/v1/cases/{id}/ws").GetProperty("get").GetProperty("x-client-messages");
        await using var socket = await CaseSocket.OpenAsync(server.Owner, await server.Owner.OpenCaseAsync());
        string[] refused = ["""{"type":"shout"}""", """{"type":"read"}""", """{"type":"read","seq":-1}""", """{"type":"post"}""", """{"content":"x"}"""];
        foreach (var message in refused)
        {
            api.Fault(taken, JsonNode.Parse(message)).ShouldNotBeNull(message);
            await socket.SendAsync(message);
            await socket.NextAsync("error");
        }
    }

    /// <summary>Everything up to the first of this type.</summary>
    static async Task<List<JsonElement>> UntilAsync(CaseSocket socket, string type)
    {
        var frames = new List<JsonElement>();
        do frames.Add(await socket.NextAsync() ?? throw new EndOfStreamException($"The socket closed before '{type}'."));
        while (frames[^1].Text("type") != type);
        return frames;
    }
}
