using System.Text.Json;

namespace Consilium.Tests.Modules.Cases;

/// <summary>Files in messages: who may attach which, and what every read path shows of them.</summary>
public sealed class AttachmentTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Theory]
    [InlineData("/cases")]
    [InlineData("/api/v1/cases")]
    public async Task A_message_shows_its_files_in_the_order_in_which_they_were_named(string root)
    {
        var id = await server.Owner.OpenCaseAsync();
        var (second, first) = (await server.UploadedAsync(server.Owner, id, "b.png"), await server.UploadedAsync(server.Owner, id, "a.png"));
        await server.Owner.SayAsync(id, "Without files");

        var posted = await (await server.Owner.PostJsonAsync($"{root}/{id}/messages", new { content = "Two", attachments = new[] { first, second } })).ShouldAnswerAsync(201);

        posted.Attached().ShouldBe([first, second]);
        var shown = posted.GetProperty("attachments")[0];
        (shown.Text("file_name"), shown.Text("media_type"), shown.Number("size")).ShouldBe(("a.png", "image/png", 5));
        (shown.Number("width"), shown.Number("height"), shown.Text("status")).ShouldBe((3, 4, "clean"));
        (shown.Text("url"), shown.Text("thumbnail_url")).ShouldBe(($"/api/v1/files/{first}", null));
        (await server.Staff.MessagesAsync(id, "role=user"))[1].GetRawText().ShouldBe(posted.GetRawText());
        (await server.Owner.EventsAsync(id)).First(e => e.TryGetProperty("message", out var m) && m.Id() == posted.Id())
            .GetProperty("message").GetRawText().ShouldBe(posted.GetRawText());
        (await server.Admin.GetJsonAsync($"{root}/{id}/messages/{posted.Id()}/attachments")).Items().Select(a => a.GetRawText())
            .ShouldBe(posted.GetProperty("attachments").EnumerateArray().Select(a => a.GetRawText()));
    }

    [Theory]
    [InlineData("""{"content":"x","attachments":null}""")]
    [InlineData("""{"content":"x","attachments":[]}""")]
    public async Task No_files_are_none(string body)
    {
        var id = await server.Owner.OpenCaseAsync();
        var posted = await (await server.Owner.PostJsonAsync($"{CaseServer.Root}/{id}/messages", body)).ShouldAnswerAsync(201);
        posted.Attached().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_may_be_named_by_its_address_beside_an_upload()
    {
        var id = await server.Owner.OpenCaseAsync();
        var upload = await server.UploadedAsync(server.Owner, id);

        var posted = await server.Owner.SendAsync(id, [new { file_name = " X-ray.png ", file_url = "https://127.0.0.1/1?a=b", more = new[] { 1 } }, upload]);

        posted.Attached()[1].ShouldBe(upload);
        var remote = posted.GetProperty("attachments")[0];
        remote.Text("file_name").ShouldBe("X-ray.png");
        remote.Text("url").ShouldBe($"/api/v1/files/{remote.Id()}");
        remote.Text("status").ShouldBeOneOf("pending", "blocked"); // from there nothing is fetched
        (await server.Database.ScalarAsync<Guid>("SELECT item_id FROM files.files WHERE id = $1", remote.Id())).ShouldBe(posted.Id());
    }

    [Theory]
    [InlineData("""["x"]""", "attachments[0]")]
    [InlineData("""[7]""", "attachments[0]")]
    [InlineData("""[null]""", "attachments[0]")]
    [InlineData("""[[]]""", "attachments[0]")]
    [InlineData("""["0198aaaa-0000-7000-8000-000000000001", true]""", "attachments[1]")]
    [InlineData("""[{}]""", "attachments[0].file_name", "attachments[0].file_url")]
    [InlineData("""[{"file_name":" ","file_url":"https://example.com/a"}]""", "attachments[0].file_name")]
    [InlineData("""[{"file_name":{},"file_url":"https://example.com/a"}]""", "attachments[0]")]
    [InlineData("""[{"file_name":"a","file_url":"/a"}]""", "attachments[0].file_url")]
    [InlineData("""[{"file_name":"a","file_url":"ftp://example.com/a"}]""", "attachments[0].file_url")]
    [InlineData("""[{"file_name":"a","file_url":"file:///etc/passwd"}]""", "attachments[0].file_url")]
    [InlineData("""[{"file_name":"a","file_url":"https://"}]""", "attachments[0].file_url")]
    [InlineData("""["0198aaaa-0000-7000-8000-000000000001", "0198AAAA-0000-7000-8000-000000000001"]""", "attachments[1]")]
    public async Task A_wrong_attachment_is_named_and_nothing_posted(string attachments, params string[] fields)
    {
        var id = await server.Owner.OpenCaseAsync();

        await (await server.Owner.PostJsonAsync($"{CaseServer.Root}/{id}/messages", $$"""{"content":"x","attachments":{{attachments}}}"""))
            .ShouldRefuseFieldsAsync(fields);

        (await server.Owner.CaseAsync(id)).Number("last_seq").ShouldBe(1);
    }

    [Fact]
    public async Task Ten_files_are_taken_with_names_and_addresses_at_their_limits_and_no_more()
    {
        var id = await server.Owner.OpenCaseAsync();
        static object Remote(int name, int url) => new { file_name = string.Concat(Enumerable.Repeat("写", name)), file_url = "https://127.0.0.1/".PadRight(url, 'a') };

        (await server.Owner.SendAsync(id, [.. Enumerable.Repeat(Remote(255, 2048), 10)])).Attached().Distinct().Count().ShouldBe(10);
        await (await server.Owner.TrySendAsync(id, [.. Enumerable.Repeat(Remote(1, 100), 11)])).ShouldRefuseFieldsAsync("attachments");
        await (await server.Owner.TrySendAsync(id, [Remote(256, 100), Remote(1, 2049)])).ShouldRefuseFieldsAsync("attachments[0].file_name", "attachments[1].file_url");
    }

    [Fact]
    public async Task Only_ones_own_unattached_uploads_for_this_case_can_be_attached()
    {
        var (id, elsewhere) = (await server.Owner.OpenCaseAsync(), await server.Owner.OpenCaseAsync());
        var good = await server.UploadedAsync(server.Owner, id);
        var attached = await server.UploadedAsync(server.Owner, id);
        await server.Owner.SendAsync(id, [attached]);
        var before = (await server.Owner.CaseAsync(id)).Number("last_seq");

        foreach (var unfit in (Guid[])[
            attached, await server.UploadedAsync(server.Owner, elsewhere), await server.UploadedAsync(server.Staff, id),
            await server.UploadedAsync(server.Stranger, id), Guid.CreateVersion7(), Guid.Empty])
        {
            await (await server.Owner.TrySendAsync(id, [good, unfit])).ShouldRefuseFieldsAsync("attachments[1]");
            await (await server.Owner.TrySendAsync(id, [unfit, good], headers: ("Idempotency-Key", "same"))).ShouldRefuseFieldsAsync("attachments[0]");
        }

        (await server.Owner.CaseAsync(id)).Number("last_seq").ShouldBe(before);
        var posted = await (await server.Owner.TrySendAsync(id, [good], headers: ("Idempotency-Key", "same"))).ShouldAnswerAsync(201); // nothing had taken it
        posted.Attached().ShouldBe([good]);
    }

    [Fact]
    public async Task Whoever_may_not_post_learns_nothing_and_takes_nothing()
    {
        var id = await server.Owner.OpenCaseAsync();
        var (strangers, owners) = (await server.UploadedAsync(server.Stranger, id), await server.UploadedAsync(server.Owner, id));

        foreach (var attachment in (object[])[strangers, owners, new { file_name = "a", file_url = "https://127.0.0.1/a" }])
        {
            await (await server.Stranger.TrySendAsync(id, [attachment])).ShouldBeProblemAsync(404, "not_found");
            await (await server.Doctor.TrySendAsync(id, [attachment])).ShouldBeProblemAsync(403, "forbidden");
        }

        (await server.Owner.CaseAsync(id)).Number("last_seq").ShouldBe(1);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM files.files WHERE place_id = $1 AND item_id IS NOT NULL", id)).ShouldBe(0);
        (await server.Owner.SendAsync(id, [owners])).Attached().ShouldBe([owners]);
    }

    [Fact]
    public async Task A_refused_post_leaves_its_files_to_be_attached()
    {
        var id = await server.Owner.OpenCaseAsync();
        var file = await server.UploadedAsync(server.Owner, id);
        await server.Owner.PutAsync(id, "close");
        await (await server.Owner.TrySendAsync(id, [file], headers: ("Idempotency-Key", "k"))).ShouldBeProblemAsync(409, "case_closed");
        await server.Owner.PutAsync(id, "reopen");
        await (await server.Owner.PostJsonAsync($"{CaseServer.Root}/{id}/messages", new { content = "x", reply_to = Guid.CreateVersion7(), attachments = new[] { file } }))
            .ShouldRefuseFieldsAsync("reply_to");

        (await server.Owner.SendAsync(id, [file])).Attached().ShouldBe([file]);
    }

    [Fact]
    public async Task Repeating_a_client_token_finds_the_first_message_and_its_files()
    {
        var id = await server.Owner.OpenCaseAsync();
        var (file, another) = (await server.UploadedAsync(server.Owner, id), await server.UploadedAsync(server.Owner, id));
        var first = await server.Owner.SendAsync(id, [file], "t");

        foreach (var attachments in (object[][])[[file], [another], [Guid.CreateVersion7()], [], [new { file_name = "a", file_url = "https://127.0.0.1/a" }]])
            (await server.Owner.SendAsync(id, attachments, "t")).GetRawText().ShouldBe(first.GetRawText());

        await (await server.Staff.TrySendAsync(id, [file], "t")).ShouldRefuseFieldsAsync("attachments[0]"); // a token is its sender's
        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem();
        (await server.Owner.SendAsync(id, [another])).Attached().ShouldBe([another]);
    }

    [Fact]
    public async Task Repeating_a_request_with_files_is_answered_byte_for_byte()
    {
        var id = await server.Owner.OpenCaseAsync();
        var file = await server.UploadedAsync(server.Owner, id);
        Task<HttpResponseMessage> PostAsync() => server.Owner.TrySendAsync(id, [file], headers: ("Idempotency-Key", "k"));

        var (first, again) = (await PostAsync(), await PostAsync());

        (await first.ShouldAnswerAsync(201)).Attached().ShouldBe([file]);
        (await again.Content.ReadAsByteArrayAsync()).ShouldBe(await first.Content.ReadAsByteArrayAsync());
        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Equal_posts_at_once_are_one_message_and_without_a_token_the_file_goes_to_one()
    {
        var id = await server.Owner.OpenCaseAsync();
        var (once, contested) = (await server.UploadedAsync(server.Owner, id), await server.UploadedAsync(server.Owner, id));

        var equal = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => server.Owner.TrySendAsync(id, [once], "token")));
        var racing = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => server.Owner.TrySendAsync(id, [contested])));

        var ids = new HashSet<Guid>();
        foreach (var answer in equal) ids.Add((await answer.ShouldAnswerAsync(201)).Id());
        ids.ShouldHaveSingleItem();
        racing.Count(a => (int)a.StatusCode == 201).ShouldBe(1);
        foreach (var answer in racing.Where(a => (int)a.StatusCode != 201)) await answer.ShouldRefuseFieldsAsync("attachments[0]");
        (await server.Owner.MessagesAsync(id)).Select(m => m.Attached().Single()).ShouldBe([once, contested]);
    }

    [Fact]
    public async Task Editing_keeps_the_files_and_what_is_gone_is_left_out()
    {
        var id = await server.Owner.OpenCaseAsync();
        var (kept, gone) = (await server.UploadedAsync(server.Owner, id), await server.UploadedAsync(server.Owner, id));
        var message = await server.Owner.SendAsync(id, [gone, kept]);

        (await (await server.Owner.TryEditAsync(id, message.Id(), "Other words")).ShouldAnswerAsync(200)).Attached().ShouldBe([gone, kept]);
        await server.Database.ExecuteAsync("DELETE FROM files.files WHERE id = $1", gone);

        (await server.Owner.MessagesAsync(id)).Single().Attached().ShouldBe([kept]);
    }

    [Fact]
    public async Task A_program_posts_files_by_their_address_and_no_uploads_of_others()
    {
        var id = await server.Owner.OpenCaseAsync();
        using var assistant = await server.KeyAsync("cases:write");

        (await assistant.SendAsync(id, [new { file_name = "a", file_url = "https://127.0.0.1/a" }])).Attached().Count.ShouldBe(1);
        await (await assistant.TrySendAsync(id, [await server.UploadedAsync(server.Owner, id)])).ShouldRefuseFieldsAsync("attachments[0]");
    }

    [Fact]
    public async Task A_question_with_files_is_answered()
    {
        var id = await server.Owner.OpenCaseAsync();
        await using var stream = await EventStream.OpenAsync(server.Owner, $"{CaseServer.Root}/{id}/events");

        await (await server.Owner.PostJsonAsync($"{CaseServer.Root}/{id}/messages",
            new { content = "What is this?", attachments = new[] { await server.UploadedAsync(server.Owner, id) } })).ShouldAnswerAsync(201);

        JsonElement answer;
        do answer = (await stream.NextAsync())!.Data;
        while (answer.ValueKind == JsonValueKind.Undefined || !answer.TryGetProperty("message", out var message) || message.Text("sender_role") != "assistant");
        answer.GetProperty("message").Attached().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_socket_takes_files_and_says_which_it_does_not()
    {
        var id = await server.Owner.OpenCaseAsync();
        var file = await server.UploadedAsync(server.Owner, id);
        await using var socket = await CaseSocket.OpenAsync(server.Owner, id);
        Task PostAsync(string token, object attachment) =>
            socket.SendAsync(new { type = "post", content = "See here", client_token = token, ask_assistant = false, attachments = new[] { attachment } });

        await PostAsync("1", file);
        var accepted = await socket.NextAsync("accepted");
        await PostAsync("1", file);
        var again = await socket.NextAsync("accepted");
        await PostAsync("2", file);
        var taken = await socket.NextAsync("error");
        await PostAsync("3", new { file_name = "a" });
        var formless = await socket.NextAsync("error");
        await PostAsync("4", 4);
        var typeless = await socket.NextAsync("error");

        accepted.GetProperty("message").Attached().ShouldBe([file]);
        again.GetProperty("message").GetRawText().ShouldBe(accepted.GetProperty("message").GetRawText());
        foreach (var (error, token, field) in ((JsonElement, string, string)[])[(taken, "2", "attachments[0] "), (formless, "3", "attachments[0].file_url "), (typeless, "4", "attachments[0] ")])
        {
            (error.Text("code"), error.Text("client_token")).ShouldBe(("validation_failed", token));
            error.Text("message").ShouldStartWith(field);
        }
        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem();
    }
}
