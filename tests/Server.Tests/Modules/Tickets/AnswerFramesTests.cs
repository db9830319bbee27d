using System.Text;
using System.Text.Json;

namespace Consilium.Tests.Modules.Tickets;

/// <summary>The bytes of <c>ai-response</c>.</summary>
public sealed class AnswerFramesTests(AnswerServer server) : IClassFixture<AnswerServer>
{
    [Fact]
    public async Task Each_piece_is_a_frame_and_each_line_a_data_line()
    {
        var (id, run) = await AnsweredAsync("One\ntwo", "\n", "\nfour 😀", "a\n", " leading", "crlf\r\nand\rcr");

        (await server.Owner.AnswerAsync(id)).ShouldBe($"""
            :

            id: {run}:7
            data: One
            data: two

            id: {run}:8
            data: {""}
            data: {""}

            id: {run}:16
            data: {""}
            data: four 😀

            id: {run}:18
            data: a
            data: {""}

            id: {run}:26
            data:  leading

            id: {run}:38
            data: crlf
            data: and
            data: cr

            data: [DONE]


            """);
    }

    [Fact]
    public async Task Text_that_says_that_it_is_done_is_not_the_end()
    {
        var (id, run) = await AnsweredAsync("Write ", "[DONE]", " at the end, like so:\n", "[DONE]", "[DONE]\n");

        (await server.Owner.AnswerAsync(id)).ShouldBe($"""
            :

            id: {run}:6
            data: Write {""}

            id: {run}:11
            data: [DONE

            id: {run}:12
            data: ]

            id: {run}:34
            data:  at the end, like so:
            data: {""}

            id: {run}:39
            data: [DONE

            id: {run}:40
            data: ]

            id: {run}:47
            data: [DONE]
            data: {""}

            data: [DONE]


            """);
    }

    [Fact]
    public async Task From_any_place_the_rest_comes_whole()
    {
        const string text = "Ab 😀\n\n[DONE]c👩‍⚕️\nend\n";
        var (id, run) = await AnsweredAsync(text[..3], text[3..12], text[12..]);

        for (var offset = 0; offset <= text.Length; offset++)
        {
            if (offset > 0 && offset < text.Length && char.IsLowSurrogate(text[offset]))
            {
                await (await server.Owner.TryAskAsync(id, $"{run}:{offset}")).ShouldRefuseFieldsAsync("last_event_id");
                continue;
            }
            var (read, places) = Parse(await server.Owner.AnswerAsync(id, $"{run}:{offset}"));
            read.ShouldBe(text[offset..]);
            foreach (var (place, upTo) in places) place.ShouldBe($"{run}:{offset + upTo}");
        }
    }

    [Theory]
    [InlineData("failed", "answer_failed", 502)]
    [InlineData("failed", "workers_lost", 502)]
    [InlineData("stopped", "turn_taken", 409)]
    [InlineData("stopped", "thread_closed", 409)]
    [InlineData("stopped", "question_retracted", 409)]
    public async Task A_failure_is_an_error_event_with_a_problem(string how, string reason, int status)
    {
        var id = await server.Owner.OpenTicketAsync();
        using var reader = await server.Owner.AskAsync(id);
        var run = server.Runs.Of(id)[0];
        if (how == "failed") run.Fail(reason);
        else run.Stop(reason);

        var lines = (await reader.StreamAsync()).Split('\n');
        lines[..4].ShouldBe([":", "", $"id: {run.Id}:0", "event: error"]);
        lines[5..].ShouldBe(["", ""]);
        using var problem = JsonDocument.Parse(lines[4]["data: ".Length..]);
        var root = problem.RootElement;
        (root.Number("status"), root.Text("code")).ShouldBe((status, reason));
        root.Text("type").ShouldBe($"urn:consilium:problem:{reason}");
        root.Text("title").ShouldNotBeNullOrEmpty();
        root.Text("detail").ShouldNotBeNullOrEmpty();
        root.Text("trace_id")!.Length.ShouldBe(32);
    }

    [Fact]
    public async Task Text_before_a_failure_was_shown_all_the_same()
    {
        var id = await server.Owner.OpenTicketAsync();
        using var reader = await server.Owner.AskAsync(id);
        var run = server.Runs.Of(id)[0];
        run.Say("It could be");
        run.Fail("answer_failed");

        (await reader.StreamAsync()).ShouldStartWith($":\n\nid: {run.Id}:11\ndata: It could be\n\nid: {run.Id}:11\nevent: error\ndata: {{");
    }

    [Fact]
    public async Task The_headers_come_before_the_first_word()
    {
        var id = await server.Owner.OpenTicketAsync();
        using var answer = await server.Owner.AskAsync(id);

        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/event-stream");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[3];
        await body.ReadExactlyAsync(buffer);
        Encoding.ASCII.GetString(buffer).ShouldBe(":\n\n");
    }

    async Task<(Guid Id, Guid Run)> AnsweredAsync(params string[] pieces)
    {
        var id = await server.Owner.OpenTicketAsync();
        return (id, server.Runs.Answered(id, pieces).Id);
    }

    /// <summary>As a client reads it: the text up to [DONE], and for each frame its id and the units read with it.</summary>
    internal static (string Text, List<(string? Id, int UpTo)> Places) Parse(string stream)
    {
        var (text, places) = (new StringBuilder(), new List<(string?, int)>());
        var frames = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        foreach (var frame in frames)
        {
            if (frame == ":") continue;
            var lines = frame.Split('\n');
            var data = string.Join('\n', lines.Where(l => l.StartsWith("data: ", StringComparison.Ordinal)).Select(l => l["data: ".Length..]));
            if (data == "[DONE]")
            {
                frame.ShouldBeSameAs(frames[^1]);
                return (text.ToString(), places);
            }
            text.Append(data);
            places.Add((lines.Single(l => l.StartsWith("id: ", StringComparison.Ordinal))["id: ".Length..], text.Length));
        }
        throw new EndOfStreamException("The stream ended without [DONE].");
    }
}
