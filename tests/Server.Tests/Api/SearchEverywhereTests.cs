using Consilium.Tests.Modules.Care;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Conversations;
using Consilium.Tests.Modules.Records;
using Consilium.Tests.Modules.Tickets;

namespace Consilium.Tests.Api;

/// <summary>Text is searched in one way, wherever it is.</summary>
public sealed class SearchEverywhereTests(ProfileServer server) : IClassFixture<ProfileServer>
{
    /// <summary>What was written, what finds it, and what does not.</summary>
    public static TheoryData<string, string, string> Texts => new()
    {
        { "Straße", "STRASSE", "strata" },
        { "Łódź", "lodz", "kodz" },
        { "đau đầu", "dau dau", "dau rau" },
        { "أحمد على", "احمد علي", "حسن" },
        { "Kran\u00ADken\u00ADhaus", "Krankenhaus", "Kranwagen" },
        { "Musk’s", "musk's", "musk.z" },
        { "COVID\u201119", "COVID-19", "COVID-91" },
        { "ΟΔΌΣ cafe\u0301", "οδός café", "οδός tee" },
        { "ward ٣٤x", "ward 34x", "ward 43x" },
        { "charged twice", "\"charged twice\"", "\"twice charged\"" },
        { "an invoice", "(invoice)?", "invitation?" },
        { "50%_off\\", "50%_off\\", "50x_off\\" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task What_is_found_in_one_place_is_found_in_every_place(string text, string found, string missed)
    {
        var mark = $"w{Guid.CreateVersion7():N}";
        var (written, one, other) = ($"{mark} {text}.", Uri.EscapeDataString(found), Uri.EscapeDataString(missed));
        var faults = new List<string>();

        var case1 = await server.Owner.OpenCaseAsync(written);
        await server.Owner.SayAsync(case1, written);
        await CheckAsync(server.Owner, $"/api/v1/cases/{case1}/messages?q=", 1);
        await CheckAsync(server.Owner, $"/api/v1/cases?q={mark}+", 1);
        var ticket = await server.Owner.OpenTicketAsync(description: written);
        await server.Owner.PostAsync(ticket, written);
        await CheckAsync(server.Owner, $"/tickets/{ticket}/messages?q=", 1);
        await CheckAsync(server.Owner, $"/tickets?q={mark}+", 1);

        using var patient = await server.SignedInAsync("patient");
        await server.ReportAsync(patient.UserId, "Report", written);
        await server.HistoryAsync(patient.UserId, written);
        await server.DocumentAsync(patient.UserId, "document.pdf", [written]);
        await CheckAsync(patient, $"/api/v1/records/search?q={mark}+", 3);

        using var doctor = await server.SignedInAsync("doctor");
        await (await doctor.PutJsonAsync($"/api/v1/doctors/{doctor.UserId}", new { name = written })).ShouldAnswerAsync(200);
        await CheckAsync(server.Owner, $"/api/v1/doctors?q={mark}+", 1);
        await CheckAsync(server.Admin, $"/api/v1/users?q={mark}+", 1);
        await server.HospitalAsync(new { name = "Hospital", address = written });
        await CheckAsync(server.Owner, $"/api/v1/hospitals?q={mark}+", 1);
        await ProfileServer.DependantOfAsync(server.Owner, written);
        await CheckAsync(server.Admin, $"/api/v1/patients?q={mark}+", 1);
        await CheckAsync(server.Owner, $"/api/v1/users/{server.Owner.UserId}/patients?q={mark}+", 1);

        faults.ShouldBeEmpty();

        async Task CheckAsync(Client reader, string path, int count)
        {
            if ((await reader.GetJsonAsync(path + one)).Items().Count is var hits && hits != count) faults.Add($"{path}{found}: {hits} instead of {count}");
            if ((await reader.GetJsonAsync(path + other)).Items().Count is var more and > 0) faults.Add($"{path}{missed}: {more}");
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task The_door_of_programs_folds_like_the_others(string text, string found, string missed)
    {
        var program = server.Program();
        var id = await program.OpenConversationAsync($"So: {text}.", title: "Something else");
        await program.SayInAsync(id, $"So: {text}.", "assistant");
        await program.SayInAsync(id, "Nothing like it", "assistant");

        foreach (var part in (string[])[found, $"so {text}"])
        {
            await (await program.GetAsync($"/conversations/{id}?q={Uri.EscapeDataString(part)}")).ShouldAnswerAsync(200);
            (await program.GetJsonAsync($"/conversations/{id}/messages?q={Uri.EscapeDataString(part)}")).Number("count").ShouldBe(1, part);
        }
        await (await program.GetAsync($"/conversations/{id}?q={Uri.EscapeDataString(missed)}")).ShouldAnswerAsync(404);
        (await program.GetJsonAsync($"/conversations/{id}/messages?q={Uri.EscapeDataString(missed)}")).Number("count").ShouldBe(0);
    }

    [Theory]
    [InlineData("Zürich", "ZURICH", "zuric")]
    [InlineData("Łódź", "lodz", "lod")]
    [InlineData("Gießen", "GIESSEN", "giesse")]
    [InlineData("عمّان", "عمان", "عما")]
    [InlineData("Saint\u2011Denis", "saint-denis", "saint")]
    public async Task Filters_of_whole_texts_fold_too_and_stay_whole(string text, string found, string missed)
    {
        var (word, name) = ($" {Guid.CreateVersion7():N}", $"w{Guid.CreateVersion7():N}");
        await server.HospitalAsync(new { name, city = text + word, specialities = new[] { "Other", text + word } });
        using var doctor = await server.SignedInAsync("doctor");
        await (await doctor.PutJsonAsync($"/api/v1/doctors/{doctor.UserId}", new { name, specialities = new[] { text + word } })).ShouldAnswerAsync(200);

        foreach (var list in (string[])["hospitals?city", "hospitals?speciality", "doctors?speciality"])
        {
            (await server.Owner.GetJsonAsync($"/api/v1/{list}={Uri.EscapeDataString(found + word)}")).Items().Select(item => item.Text("name")).ShouldBe([name], list);
            (await server.Owner.GetJsonAsync($"/api/v1/{list}={Uri.EscapeDataString(missed + word)}")).Items().ShouldBeEmpty(list);
        }
    }

    [Fact]
    public async Task What_nobody_sees_is_left_away_at_both_ends_and_is_no_title()
    {
        var id = await server.Owner.OpenCaseAsync("\u200b Help \u2060\u00ad", title: "\u200b\u3164");
        var opened = await server.Owner.CaseAsync(id);
        (opened.Text("issue_description"), opened.Text("title")).ShouldBe(("Help", null));
        (await server.Owner.SayAsync(id, "\ufeff❤\ufe0f \u200b")).Text("content").ShouldBe("❤\ufe0f");

        var talk = await server.Program().PostJsonAsync("/conversations", new { title = "\u2060", description = "\u00adSo it is\u200b" });
        var created = await talk.ShouldAnswerAsync(201);
        (created.Text("title"), created.Text("description")).ShouldBe((null, "So it is"));

        using var user = await server.SignedInAsync("user");
        await (await user.PutJsonAsync("/api/v1/users/me", new { name = "\u200bAda\u200b" })).ShouldAnswerAsync(200);
        (await user.GetJsonAsync("/api/v1/users/me")).Text("name").ShouldBe("Ada");
        await (await user.PutJsonAsync("/api/v1/users/me", new { name = "\u200b" })).ShouldAnswerAsync(200);
        (await user.GetJsonAsync("/api/v1/users/me")).Text("name").ShouldBeNull();
    }
}
