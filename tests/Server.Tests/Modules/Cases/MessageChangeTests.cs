namespace Consilium.Tests.Modules.Cases;

/// <summary>Editing, retracting, earlier versions.</summary>
public sealed class MessageChangeTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task Its_author_edits_a_message_and_staff_reads_what_it_said_before()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.SayAsync(id, "First");

        var edited = await (await server.Owner.TryEditAsync(id, message.Id(), " Second ")).ShouldAnswerAsync(200);
        var again = await (await server.Owner.PostJsonAsync($"/cases/{id}/messages/{message.Id()}/edit", new { content = "Third" }))
            .ShouldAnswerAsync(200);

        edited.Text("content").ShouldBe("Second");
        edited.Text("edited_at").ShouldNotBeNull();
        again.Number("seq").ShouldBe(message.Number("seq"));
        (await server.Staff.MessagesAsync(id)).ShouldHaveSingleItem().GetRawText().ShouldBe(again.GetRawText());
        var versions = (await server.Staff.GetJsonAsync($"{CaseServer.Root}/{id}/messages/{message.Id()}/versions")).Items();
        versions.Select(v => (v.Number("version"), v.Text("content"))).ShouldBe([(1, "First"), (2, "Second")]);
        await (await server.Owner.GetAsync($"{CaseServer.Root}/{id}/messages/{message.Id()}/versions")).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task Nobody_edits_the_words_of_another()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.SayAsync(id, "Mine");

        foreach (var other in (Client[])[server.Staff, server.Admin, server.Stranger])
            await (await other.TryEditAsync(id, message.Id(), "Yours")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Doctor.TryEditAsync(id, message.Id(), "Yours")).ShouldBeProblemAsync(403, "forbidden");
        await (await server.Owner.TryEditAsync(id, message.Id(), "  ")).ShouldRefuseFieldsAsync("content");
        await (await server.Owner.TryEditAsync(id, message.Id(), new string('x', 20_001))).ShouldRefuseFieldsAsync("content");

        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem().GetRawText().ShouldBe(message.GetRawText());
    }

    [Fact]
    public async Task A_retracted_message_keeps_its_place_and_loses_its_text_on_every_path()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.SayAsync(id, "Kumquat secret");
        await (await server.Owner.TryEditAsync(id, message.Id(), "Rambutan secret")).ShouldAnswerAsync(200);
        await server.Owner.SayAsync(id, "After it");

        await server.Owner.RetractAsync(id, message.Id());
        await server.Owner.RetractAsync(id, message.Id());

        var (events, messages) = (await server.Staff.EventsAsync(id), await server.Staff.MessagesAsync(id));
        events.Types().ShouldBe(["participant.joined", "message.posted", "message.edited", "message.posted", "message.retracted"]);
        messages.Select(m => m.Text("content")).ShouldBe(["", "After it"]);
        messages[0].GetProperty("retracted").GetBoolean().ShouldBeTrue();
        string.Concat(events).ShouldNotContain("secret");
        (await server.Staff.FindAsync(id, "secret")).ShouldBeEmpty();
        (await server.Staff.GetJsonAsync($"{CaseServer.Root}?q=kumquat")).Items().ShouldBeEmpty();
        (await server.Staff.GetJsonAsync($"{CaseServer.Root}/{id}/messages/{message.Id()}/versions")).Items().ShouldBeEmpty();
        await (await server.Owner.TryEditAsync(id, message.Id(), "Back again")).ShouldBeProblemAsync(409, "message_retracted");
    }

    [Fact]
    public async Task Only_the_author_and_admins_retract()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Owner.SayAsync(id, "Mine");

        foreach (var other in (Client[])[server.Staff, server.Stranger])
            await (await other.TryRetractAsync(id, message.Id())).ShouldBeProblemAsync(404, "not_found");
        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem().GetRawText().ShouldBe(message.GetRawText());

        await server.Admin.RetractAsync(id, message.Id());
        (await server.Owner.MessagesAsync(id)).ShouldHaveSingleItem().Text("content").ShouldBe("");
    }

    [Fact]
    public async Task A_retracted_message_is_not_unread()
    {
        var id = await server.Owner.OpenCaseAsync();
        var message = await server.Staff.SayAsync(id, "Wrong case");
        (await server.Owner.CaseAsync(id)).Number("unread_count").ShouldBe(1);

        await server.Staff.RetractAsync(id, message.Id());

        (await server.Owner.CaseAsync(id)).Number("unread_count").ShouldBe(0);
    }
}
