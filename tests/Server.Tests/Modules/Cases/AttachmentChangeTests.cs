namespace Consilium.Tests.Modules.Cases;

/// <summary>What happens to the files of a message after it was posted: they change, are retracted with it, are found by their text.</summary>
public sealed class AttachmentChangeTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task A_change_of_a_file_is_a_numbered_event_that_shows_the_message_as_it_is_now()
    {
        var id = await server.Owner.OpenCaseAsync();
        var file = await server.UploadedAsync(server.Owner, id, "before.png");
        var message = await server.Owner.SendAsync(id, [file]);
        var updatedAt = (await server.Owner.CaseAsync(id)).Text("updated_at");
        await using var live = await EventStream.OpenAsync(server.Staff, $"{CaseServer.Root}/{id}/events");

        await server.ChangeFileAsync(id, message.Id(), file, "after.png");

        var seq = message.Number("seq") + 1;
        var changed = (await live.UpToAsync(seq))[^1].Data;
        (changed.Text("type"), changed.Number("seq"), changed.Text("actor_id"), changed.Id("attachment_id")).ShouldBe(("attachment.changed", seq, null, file));
        changed.GetProperty("message").GetProperty("attachments")[0].Text("file_name").ShouldBe("after.png");
        changed.GetProperty("message").GetRawText().ShouldBe((await server.Owner.MessagesAsync(id)).Single().GetRawText());
        var now = await server.Owner.CaseAsync(id);
        (now.Number("last_seq"), now.Text("updated_at"), now.Number("unread_count")).ShouldBe((seq, updatedAt, 0));
    }

    [Fact]
    public async Task What_cannot_be_fetched_is_said_in_the_attachment_and_the_message_stands()
    {
        var id = await server.Owner.OpenCaseAsync();
        await using var live = await EventStream.OpenAsync(server.Owner, $"{CaseServer.Root}/{id}/events");

        var posted = await server.Owner.SendAsync(id, [new { file_name = "inside.png", file_url = "https://127.0.0.1/inside.png" }]);

        var changed = (await live.UpToAsync(posted.Number("seq") + 1))[^1].Data;
        changed.Text("type").ShouldBe("attachment.changed");
        var shown = changed.GetProperty("message").GetProperty("attachments")[0];
        (shown.Id(), shown.Text("status")).ShouldBe((posted.Attached()[0], "blocked"));
        shown.Text("reason").ShouldNotBeNullOrWhiteSpace();
        (await server.Staff.MessagesAsync(id)).Single().GetRawText().ShouldBe(changed.GetProperty("message").GetRawText());
        await (await server.Owner.GetAsync(shown.Text("url"))).ShouldBeProblemAsync(409, "file_blocked");
    }

    [Fact]
    public async Task A_change_that_comes_too_late_for_a_retracted_message_says_nothing()
    {
        var id = await server.Owner.OpenCaseAsync();
        var file = await server.UploadedAsync(server.Owner, id);
        var message = await server.Owner.SendAsync(id, [file]);
        await server.Owner.RetractAsync(id, message.Id());

        await server.ChangeFileAsync(id, message.Id(), file, "after.png");

        (await server.Owner.EventsAsync(id)).Types().ShouldBe(["participant.joined", "message.posted", "message.retracted"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Retracting_a_message_takes_its_files_from_every_path(bool byAdmin)
    {
        var id = await server.Owner.OpenCaseAsync();
        var (file, other) = (await server.UploadedAsync(server.Owner, id, "secret.pdf", "Rambutan secret"), await server.UploadedAsync(server.Owner, id));
        var posted = await (await server.Owner.TrySendAsync(id, [file], "t", ("Idempotency-Key", "k"))).ShouldAnswerAsync(201);
        var stays = await server.Owner.SendAsync(id, [other]);

        await (byAdmin ? server.Admin : server.Owner).RetractAsync(id, posted.Id());
        await (byAdmin ? server.Admin : server.Owner).RetractAsync(id, posted.Id());

        var messages = await server.Staff.MessagesAsync(id);
        (messages[0].GetProperty("retracted").GetBoolean(), messages[0].Attached().Count).ShouldBe((true, 0));
        messages[1].GetRawText().ShouldBe(stays.GetRawText());
        (await server.Admin.GetJsonAsync($"{CaseServer.Root}/{id}/messages/{posted.Id()}/attachments")).Items().ShouldBeEmpty();
        string.Concat(await server.Staff.EventsAsync(id)).ShouldNotContain("secret");
        (await server.Staff.FindAsync(id, "rambutan")).ShouldBeEmpty();
        (await server.Database.ColumnAsync<Guid>("SELECT id FROM files.files WHERE place_id = $1", id)).ShouldBe([other]);
        (await server.Owner.SendAsync(id, [file], "t")).Attached().ShouldBeEmpty();
        await (await server.Owner.TrySendAsync(id, [file], "t", ("Idempotency-Key", "k"))).ShouldBeProblemAsync(410, "gone");
        await (await server.Owner.TrySendAsync(id, [file])).ShouldRefuseFieldsAsync("attachments[0]");
    }

    [Fact]
    public async Task Who_may_not_retract_takes_no_file_away()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.SendAsync(id, [await server.UploadedAsync(server.Owner, id)]);

        foreach (var other in (Client[])[server.Staff, server.Stranger]) await (await other.TryRetractAsync(id, message.Id())).ShouldBeProblemAsync(404, "not_found");
        var elsewhere = await server.Stranger.OpenCaseAsync();
        await (await server.Stranger.TryRetractAsync(elsewhere, message.Id())).ShouldBeProblemAsync(404, "not_found");
        await (await server.Admin.TryRetractAsync(elsewhere, message.Id())).ShouldBeProblemAsync(404, "not_found");

        (await server.Owner.MessagesAsync(id)).Single().GetRawText().ShouldBe(message.GetRawText());
    }

    [Fact]
    public async Task The_files_of_a_message_are_listed_for_whoever_may_read_the_case()
    {
        var (id, other) = (await server.Owner.OpenCaseAsync(), await server.Owner.OpenCaseAsync());
        var file = await server.UploadedAsync(server.Staff, id);
        var message = await server.Staff.SendAsync(id, [file]);
        await server.Owner.PutAsync(id, "close");
        string Path(Guid of) => $"{CaseServer.Root}/{of}/messages/{message.Id()}/attachments";
        using var program = await server.KeyAsync("cases:write");

        foreach (var reader in (Client[])[server.Owner, server.Staff, server.Colleague, server.Admin])
            (await reader.GetJsonAsync(Path(id))).Items().Single().Id().ShouldBe(file);
        await (await server.Stranger.GetAsync(Path(id))).ShouldBeProblemAsync(404, "not_found");
        await (await server.Owner.GetAsync(Path(other))).ShouldBeProblemAsync(404, "not_found");
        foreach (var nobody in (Client[])[server.Doctor, program]) await (await nobody.GetAsync(Path(id))).ShouldBeProblemAsync(403, "forbidden");

        (await server.Database.ColumnAsync<string>(
            "SELECT outcome FROM audit.entries WHERE actor_id = ANY ($1) AND resource = $2 AND action = 'message.attachments' ORDER BY outcome",
            (Guid[])[server.Stranger.UserId, server.Staff.UserId], $"case/{id}")).ShouldBe(["denied", "ok"]);
    }

    [Fact]
    public async Task Search_looks_into_attached_documents()
    {
        var (id, other) = (await server.Owner.OpenCaseAsync(), await server.Owner.OpenCaseAsync());
        await server.Owner.SayAsync(id, "Ferritin was mentioned before");
        await server.Owner.SayAsync(id, "Nothing of it here");
        var found = await server.Owner.SendAsync(id, [await server.UploadedAsync(server.Owner, id), await server.UploadedAsync(server.Owner, id, "lab.pdf", "Page one", "Serum Férritin 12 µg/l")]);
        await server.Owner.SendAsync(other, [await server.UploadedAsync(server.Owner, other, "lab.pdf", "ferritin, too")]);
        await server.UploadedAsync(server.Owner, id, "unsent.pdf", "ferritin unsent");

        (await server.Staff.FindAsync(id, "ferritin")).ShouldBe(["Ferritin was mentioned before", "See here"]);
        (await server.Owner.MessagesAsync(id, "q=serum%20feritin")).Single().GetRawText().ShouldBe(found.GetRawText());
        (await server.Owner.FindAsync(id, "serum mentioned")).ShouldBeEmpty();
        (await server.Owner.MessagesAsync(id, "q=serum&role=staff")).ShouldBeEmpty();
        (await server.Owner.MessagesAsync(id, $"q=serum&after={found.Number("seq")}")).ShouldBeEmpty();
        await (await server.Stranger.GetAsync($"{CaseServer.Root}/{id}/messages?q=serum")).ShouldBeProblemAsync(404, "not_found");
    }
}
