using System.Text.Json;
using Consilium.Tests.Modules.Tickets;

namespace Consilium.Tests.Modules.Cases;

/// <summary>A message with one file may name it as <c>attachment</c>: it is taken as a list of one, at every door that takes files.</summary>
public sealed class OneAttachmentTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Remote = """{"file_name":"X-ray.png","file_url":"https://127.0.0.1/1"}""";

    /// <summary>The doors that take files with messages.</summary>
    public static TheoryData<string> Doors => ["/cases", "/api/v1/cases", "/tickets", "/api/v1/tickets"];

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task An_address_is_taken_as_in_a_list_of_one(string root)
    {
        var path = await MessagesAsync(root);
        var alone = await (await server.Owner.PostJsonAsync(path, $$"""{"content":"x","attachment":{{Remote}}}""")).ShouldAnswerAsync(201);
        var listed = await (await server.Owner.PostJsonAsync(path, $$"""{"content":"x","attachments":[{{Remote}}]}""")).ShouldAnswerAsync(201);

        foreach (var shown in (JsonElement[])[alone, listed])
        {
            var file = shown.GetProperty("attachments").EnumerateArray().ShouldHaveSingleItem();
            file.Text("file_name").ShouldBe("X-ray.png");
            (await server.Database.ScalarAsync<Guid>("SELECT item_id FROM files.files WHERE id = $1", file.Id())).ShouldBe(shown.Id());
        }
        alone.TryGetProperty("attachment", out _).ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task An_upload_is_taken_as_in_a_list_of_one(string root)
    {
        var path = await MessagesAsync(root);
        var form = new MultipartFormDataContent { { new ByteArrayContent("A note"u8.ToArray()) { Headers = { ContentType = new("text/plain") } }, "file", "note.txt" } };
        var file = (await (await server.Owner.PostAsync(path.Replace("/messages", "/attachments"), form)).ShouldAnswerAsync(201)).Id();

        (await (await server.Owner.PostJsonAsync(path, new { content = "x", attachment = file })).ShouldAnswerAsync(201)).Attached().ShouldBe([file]);
        await (await server.Owner.PostJsonAsync(path, new { content = "y", attachment = file })).ShouldRefuseFieldsAsync("attachment");
    }

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task None_is_none(string root)
    {
        var path = await MessagesAsync(root);
        foreach (var body in (string[])["""{"content":"x","attachment":null}""", """{"content":"x","attachment":null,"attachments":[]}"""])
            (await (await server.Owner.PostJsonAsync(path, body)).ShouldAnswerAsync(201)).Attached().ShouldBeEmpty();
        (await (await server.Owner.PostJsonAsync(path, $$"""{"content":"x","attachment":{{Remote}},"attachments":[]}""")).ShouldAnswerAsync(201)).Attached().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{}""", "attachment.file_name", "attachment.file_url")]
    [InlineData("""{"file_name":"a","file_url":"ftp://example.com/a"}""", "attachment.file_url")]
    [InlineData("""{"file_name":"a","url":"https://example.com/a"}""", "attachment.file_url")]
    [InlineData("""{"file_name":7,"file_url":"https://example.com/a"}""", "attachment")]
    [InlineData("\"x\"", "attachment")]
    [InlineData("[]", "attachment")]
    [InlineData("7", "attachment")]
    [InlineData("\"0198aaaa-0000-7000-8000-000000000001\"", "attachment")]
    [InlineData(Remote + ""","attachments":[""" + Remote + "]", "attachment")]
    public async Task A_wrong_one_is_named_and_nothing_posted(string attachment, params string[] fields)
    {
        foreach (var root in (string[])["/cases", "/tickets"])
        {
            var path = await MessagesAsync(root);
            await (await server.Owner.PostJsonAsync(path, $$"""{"content":"x","attachment":{{attachment}}}""")).ShouldRefuseFieldsAsync(fields);
            (await server.Owner.GetJsonAsync(path)).Items().ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task The_socket_takes_it_too_and_says_which_member_was_meant()
    {
        var id = await server.Owner.OpenCaseAsync();
        await using var socket = await CaseSocket.OpenAsync(server.Owner, id);

        await socket.SendAsync($$"""{"type":"post","content":"x","ask_assistant":false,"attachment":{{Remote}}}""");
        (await socket.NextAsync("accepted")).GetProperty("message").Attached().Count.ShouldBe(1);
        await socket.SendAsync("""{"type":"post","content":"x","clientToken":"t","ask_assistant":false,"something":"else"}""");
        var refused = await socket.NextAsync("error");

        refused.Text("code").ShouldBe("validation_failed");
        refused.Text("message")!.ShouldContain("client_token");
        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem();
    }

    async Task<string> MessagesAsync(string root) =>
        $"{root}/{(root.EndsWith("cases", StringComparison.Ordinal) ? await server.Owner.OpenCaseAsync() : await server.Owner.OpenTicketAsync())}/messages";
}
