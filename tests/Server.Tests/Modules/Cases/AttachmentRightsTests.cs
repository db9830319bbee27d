namespace Consilium.Tests.Modules.Cases;

/// <summary>Who may upload a file for a case, and who may read it: before it hangs on a message, while it does, and after that is retracted.</summary>
public sealed class AttachmentRightsTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Theory]
    [InlineData("/cases")]
    [InlineData("/api/v1/cases")]
    public async Task An_upload_is_answered_with_what_a_message_will_show(string root)
    {
        var id = await server.Owner.OpenCaseAsync();

        var uploaded = await (await server.Owner.TryUploadAsync(id, "Blood count", "befund.txt", root)).ShouldAnswerAsync(201);

        (uploaded.Text("file_name"), uploaded.Text("media_type"), uploaded.Number("size")).ShouldBe(("befund.txt", "text/plain", 11));
        var shown = (await server.Owner.SendAsync(id, [uploaded.Id()])).GetProperty("attachments")[0];
        (shown.Id(), shown.Text("file_name"), shown.Text("url")).ShouldBe((uploaded.Id(), "befund.txt", uploaded.Text("url")));
        (await server.Staff.GetStringAsync(shown.Text("url"))).ShouldBe("Blood count");
    }

    [Fact]
    public async Task Owner_and_staff_upload_for_an_open_case_and_nobody_else()
    {
        var id = await server.Owner.OpenCaseAsync();
        using var program = await server.KeyAsync("cases:write");

        foreach (var sender in (Client[])[server.Owner, server.Staff, server.Admin]) await (await sender.TryUploadAsync(id)).ShouldAnswerAsync(201);
        await (await server.Stranger.TryUploadAsync(id)).ShouldBeProblemAsync(404, "not_found");
        await (await server.Owner.TryUploadAsync(Guid.CreateVersion7())).ShouldBeProblemAsync(404, "not_found");
        foreach (var sender in (Client[])[server.Doctor, program]) await (await sender.TryUploadAsync(id)).ShouldBeProblemAsync(403, "forbidden");
        await server.Owner.PutAsync(id, "close");
        foreach (var sender in (Client[])[server.Owner, server.Staff]) await (await sender.TryUploadAsync(id)).ShouldBeProblemAsync(409, "case_closed");

        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM files.files WHERE place_id = $1", id)).ShouldBe(3);
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE resource = $1 AND action = 'attachment.upload' AND outcome = 'denied'", $"case/{id}"))
            .ShouldBe(3);
    }

    [Fact]
    public async Task Until_it_is_sent_an_upload_is_its_senders_alone()
    {
        var id = await server.Owner.OpenCaseAsync();
        var (owners, staffs) = (await server.Owner.UploadAsync(id), await server.Staff.UploadAsync(id));

        await ShouldReadAsync(owners, [server.Owner]);
        await ShouldReadAsync(staffs, [server.Staff]);
    }

    [Fact]
    public async Task Whoever_may_read_the_message_may_read_its_files_and_nobody_else()
    {
        var id = await server.Owner.OpenCaseAsync();
        var (owners, staffs) = (await server.Owner.UploadAsync(id), await server.Staff.UploadAsync(id));
        await server.Owner.SendAsync(id, [owners]);
        await server.Staff.SendAsync(id, [staffs]);
        Client[] readers = [server.Owner, server.Staff, server.Colleague, server.Admin];

        foreach (var file in (Guid[])[owners, staffs]) await ShouldReadAsync(file, readers);
        await server.Owner.PutAsync(id, "close");
        foreach (var file in (Guid[])[owners, staffs]) await ShouldReadAsync(file, readers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Once_its_message_is_retracted_a_file_is_there_for_nobody(bool byAdmin)
    {
        var id = await server.Owner.OpenCaseAsync();
        var uploaded = await (await server.Owner.TryUploadAsync(id, "Regretted", "regretted.txt", key: "u")).ShouldAnswerAsync(201);
        var (file, stays) = (uploaded.Id(), await server.Owner.UploadAsync(id, "Regretted"));
        var message = await server.Owner.SendAsync(id, [file]);
        await server.Owner.SendAsync(id, [stays]);

        await (byAdmin ? server.Admin : server.Owner).RetractAsync(id, message.Id());

        await ShouldReadAsync(file, []);
        await ShouldReadAsync(stays, [server.Owner, server.Staff, server.Colleague, server.Admin]); // the same bytes elsewhere
        await (await server.Owner.TryUploadAsync(id, "Regretted", "regretted.txt", key: "u")).ShouldBeProblemAsync(410, "gone");
    }

    /// <summary>These read the file; to everybody else it is not there.</summary>
    async Task ShouldReadAsync(Guid file, Client[] readers)
    {
        foreach (var one in (Client[])[server.Owner, server.Stranger, server.Staff, server.Colleague, server.Admin, server.Doctor])
        {
            var answer = await one.GetAsync($"/api/v1/files/{file}");
            if (readers.Contains(one)) ((int)answer.StatusCode).ShouldBe(200, one.Email);
            else await answer.ShouldBeProblemAsync(404, "not_found");
        }
        using var program = await server.KeyAsync("cases:write");
        await (await program.GetAsync($"/api/v1/files/{file}")).ShouldBeProblemAsync(403, "forbidden");
    }
}
