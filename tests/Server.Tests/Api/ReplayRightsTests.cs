using Consilium.Platform.Idempotency;
using Consilium.Tests.Modules.Care;
using Consilium.Tests.Modules.Records;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Api;

/// <summary>
/// A repetition under an <c>Idempotency-Key</c> gives the answer again only to those who still have the right, and what it shows of a patient stands in
/// the access log as a read.
/// </summary>
public sealed class ReplayRightsTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    const string Key = "Idempotency-Key";

    /// <summary>Who posts, by which mapping they may, what the trail says of the repetition, and the request.</summary>
    static readonly Dictionary<string, Shown> Routes = new(StringComparer.Ordinal)
    {
        ["report"] = new(Who.Treating, "doctor-patient", "report.read", (_, patient, text) =>
            Task.FromResult(new Call(RecordCalls.ReportsOf(patient), new() { ["title"] = text, ["report_type"] = "other" }))),
        ["case history"] = new(Who.Treating, "doctor-patient", "case_history.read", (_, patient, text) =>
            Task.FromResult(new Call(RecordCalls.HistoryOf(patient), new() { ["summary"] = text }))),
        ["document"] = new(Who.Treating, "doctor-patient", "document.read", (_, patient, text) =>
            Task.FromResult(new Call(DocumentCalls.UploadPath) { Form = id => Note(text, ("entity_id", $"{id}")), FormId = patient })),
        ["document of a report"] = new(Who.Relative, "user-patient", "document.read", async (world, patient, text) =>
            new($"{RecordCalls.ReportsOf(patient)}/{(await world[Who.Treating].WriteReportAsync(patient)).Id()}/documents") { Form = _ => Note(text) }),
        ["appointment"] = new(Who.Treating, "doctor-patient", "appointment.read", (world, patient, text) => Task.FromResult(new Call("/api/v1/appointments", new()
        {
            ["doctor_id"] = $"{world.Id(Who.Treating)}", ["patient_id"] = $"{patient}", ["time_slot"] = world.NextTime(), ["extras"] = text,
        }))),
        ["mapping"] = new(Who.Hospital, "hospital-patient", "mapping.read", (world, patient, _) => Task.FromResult(new Call(
            $"{CareCalls.Mappings}/doctor-patient", new() { ["doctor_id"] = $"{world.Id(Who.Colleague)}", ["patient_id"] = $"{patient}" }))),
    };

    public static TheoryData<string> Names => [.. Routes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_a_repetition_shows_of_a_patient_is_a_read_and_without_the_right_nothing_is_there(string name)
    {
        var (who, mapping, read, request) = Routes[name];
        var patient = await world.NewPatientAsync();
        var call = await request(world, patient, "One");
        var first = await SendAsync(who, call, name);
        await first.ShouldAnswerAsync(201);
        (await ReadsAsync(who, patient, read, "ok")).ShouldBe(0);

        var again = await SendAsync(who, call, name);
        await again.ShouldAnswerAsync(201);
        (await again.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        (await ReadsAsync(who, patient, read, "ok")).ShouldBe(1);

        await UnmapAsync(mapping, world.Id(who), patient);
        await (await SendAsync(who, call, name)).ShouldBeProblemAsync(404, "not_found");
        (await ReadsAsync(who, patient, read, "ok")).ShouldBe(1);
        (await ReadsAsync(who, patient, read, "denied")).ShouldBe(1);
    }

    [Fact]
    public async Task A_dependant_is_shown_again_to_those_who_are_related_still()
    {
        var call = new Call($"/api/v1/users/{world.Id(Who.Relative)}/patients", new() { ["name"] = "Somebody", ["relation"] = "child" });
        var patient = (await (await SendAsync(Who.Relative, call, "child")).ShouldAnswerAsync(201)).Id();
        await (await SendAsync(Who.Relative, call, "child")).ShouldAnswerAsync(201);
        (await ReadsAsync(Who.Relative, patient, "patient.read", "ok")).ShouldBe(1);

        await UnmapAsync("user-patient", world.Id(Who.Relative), patient);

        await (await SendAsync(Who.Relative, call, "child")).ShouldBeProblemAsync(404, "not_found");
        (await ReadsAsync(Who.Relative, patient, "patient.read", "denied")).ShouldBe(1);
    }

    [Fact]
    public async Task Another_body_under_the_key_is_told_to_those_alone_who_have_the_right_and_is_no_read()
    {
        var patient = await world.NewPatientAsync();
        var (one, two) = (await Routes["report"].Request(world, patient, "One"), await Routes["report"].Request(world, patient, "Two"));
        await (await SendAsync(Who.Treating, one, "body")).ShouldAnswerAsync(201);
        await (await SendAsync(Who.Treating, two, "body")).ShouldBeProblemAsync(422, "idempotency_key_reused");
        (await ReadsAsync(Who.Treating, patient, "report.read", "ok")).ShouldBe(0);

        await UnmapAsync("doctor-patient", world.Id(Who.Treating), patient);

        await (await SendAsync(Who.Treating, two, "body")).ShouldBeProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("/cases")]
    [InlineData("/tickets")]
    public async Task What_was_posted_at_a_door_is_shown_again_to_those_who_reach_it_still_and_is_in_the_trail(string root)
    {
        using var owner = await world.SignedInAsync("user");
        using var other = await world.SignedInAsync("user");
        var open = root == "/cases" ? new Call(root, new() { ["issue_description"] = "x" }) : new Call(root, new() { ["title"] = "Pump", ["description"] = "It shows E4." });
        var id = (await (await SendAsync(owner, open, "open")).ShouldAnswerAsync(201)).Id();
        Call[] calls = [open, new($"{root}/{id}/messages", new() { ["content"] = "x" }), new($"{root}/{id}/attachments") { Form = _ => Note("x") }];
        foreach (var call in calls[1..]) await (await SendAsync(owner, call, "open")).ShouldAnswerAsync(201);

        foreach (var call in calls) await (await SendAsync(owner, call, "open")).ShouldAnswerAsync(201);
        var resource = $"{root[1..^1]}/{id}";
        (await world.Database.ColumnAsync<string>("SELECT action FROM audit.entries WHERE resource = $1 AND outcome = 'ok' AND action ~ '(read|message.attachments)$' ORDER BY id", resource))
            .ShouldBe([$"{root[1..^1]}.read", "messages.read", "message.attachments"]);
        await world.Database.ExecuteAsync("UPDATE threads.threads SET owner_id = $2 WHERE id = $1", id, other.UserId);
        foreach (var call in calls) await (await SendAsync(owner, call, "open")).ShouldBeProblemAsync(404, "not_found");
        (await world.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE resource = $1 AND outcome = 'denied'", resource)).ShouldBe(3);
    }

    [Fact]
    public void Every_route_that_gives_answers_again_says_who_may_have_them()
    {
        SaysNothing(world.Services.GetRequiredService<EndpointDataSource>().Endpoints).ShouldBeEmpty("Say it with JudgesReplays, or with ReplaysToAllItsCallers.");

        SaysNothing([new(null, new(new HttpMethodMetadata(["POST"])), "planted")]).ShouldBe(["planted"]);
    }

    static List<string?> SaysNothing(IEnumerable<Endpoint> endpoints) => [.. endpoints
        .Where(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("POST") == true)
        .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && endpoint.Metadata.GetMetadata<NoIdempotency>() is null
            && endpoint.Metadata.GetMetadata<ReplayRule>() is null)
        .Select(endpoint => endpoint.DisplayName)];

    Task<HttpResponseMessage> SendAsync(Who who, Call call, string key) => SendAsync(world[who], call, key);

    static Task<HttpResponseMessage> SendAsync(Client who, Call call, string key)
    {
        var request = call.Request("POST");
        request.Headers.Add(Key, key);
        return who.SendAsync(request);
    }

    async Task UnmapAsync(string kind, Guid first, Guid patient)
    {
        var admin = world[Who.Admin];
        var found = await admin.GetJsonAsync($"{CareCalls.Mappings}/{kind}?{CareCalls.First(kind)}_id={first}&patient_id={patient}");
        await admin.UnmapAsync(kind, found.Items().ShouldHaveSingleItem().Id());
    }

    Task<long> ReadsAsync(Who who, Guid patient, string action, string outcome) => world.Database.ScalarAsync<long>(
        "SELECT count(*) FROM audit.entries WHERE subject_id = $1 AND actor_id = $2 AND action = $3 AND outcome = $4", patient, world.Id(who), action, outcome);

    static HttpContent Note(string text, params (string Name, string? Value)[] fields) => DocumentCalls.Form(System.Text.Encoding.UTF8.GetBytes(text), "note.txt", fields);

    sealed record Shown(Who Who, string Mapping, string Read, Func<AccessWorld, Guid, string, Task<Call>> Request);
}
