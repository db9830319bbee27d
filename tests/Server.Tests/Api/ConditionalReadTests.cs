using System.Net;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Records;
using Consilium.Tests.Modules.Settings;

namespace Consilium.Tests.Api;

/// <summary>Every route whose answer has an ETag answers 304 to those who have it already (RFC 9110, 13.1.2). What it checks and writes down is the same.</summary>
public sealed class ConditionalReadTests(CaseServer server) : IClassFixture<CaseServer>
{
    /// <summary>At least these.</summary>
    static readonly string[] Known =
    [
        "GET /openapi/v1.json", "GET /docs", "GET /docs/swagger-ui.css", "GET /redoc", "GET /api/v1/config/{key}", "GET /api/v1/files/{id:guid}",
        "GET /api/v1/documents/{id:guid}/download", "GET /api/v1/patients/{id:guid}/case-history", "GET /api/v1/patients/{id:guid}/reports/{reportId:guid}",
    ];

    [Fact]
    public async Task Each_route_with_a_tag_answers_304_to_those_who_name_it()
    {
        var tagged = new List<string>();
        var faults = new List<string>();
        foreach (var route in Route.Of(server).Where(route => route.Method == "GET"))
        {
            var example = await Examples.All[route.Key](server);
            using var first = await example.Caller.SendAsync(Attack.Good(route, example), HttpCompletionOption.ResponseHeadersRead);
            if (first.Headers.ETag is not { } tag) continue;
            tagged.Add(route.Key);
            (string Header, string Value, int Status)[] cases =
            [
                ("If-None-Match", tag.ToString(), 304), ("If-None-Match", $"W/{tag.Tag}", 304), ("If-None-Match", $"\"other\", {tag.Tag}", 304),
                ("If-None-Match", "*", 304), ("If-None-Match", "\"other\"", 200), ("If-None-Match", tag.Tag.Trim('"'), 200),
                ("If-Match", tag.Tag, 200), ("If-Match", "*", 200), ("If-Match", $"W/{tag.Tag}", 412), ("If-Match", "\"other\"", 412),
            ];
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
                foreach (var (header, value, status) in cases)
                {
                    using var again = await SendAsync(example.Caller, method, example.Path, (header, value));
                    var body = await again.Content.ReadAsByteArrayAsync();
                    var isFine = (int)again.StatusCode == status && (status == 412 || again.Headers.ETag?.Equals(tag) == true)
                        && (status != 304 || (body.Length == 0 && $"{again.Headers.CacheControl}" == $"{first.Headers.CacheControl}"));
                    var found = $"{(int)again.StatusCode} {again.Headers.ETag}, {body.Length} bytes, {again.Headers.CacheControl}";
                    if (!isFine) faults.Add($"{method} {route.Pattern} with {header}: {value} answered {found}");
                }
        }
        faults.ShouldBeEmpty();
        Known.Except(tagged, StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_may_not_read_learns_nothing_by_a_tag_and_who_may_is_written_down()
    {
        var patient = await server.SignedInAsync("patient");
        var report = (await server.Admin.WriteReportAsync(patient.UserId)).Id();
        var path = $"{RecordCalls.ReportsOf(patient.UserId)}/{report}";
        var tag = (await server.Admin.GetAsync(path)).Headers.ETag!.Tag;

        foreach (var value in (string[])[tag, "*"])
        {
            (await SendAsync(patient, HttpMethod.Get, path, ("If-None-Match", value))).StatusCode.ShouldBe(HttpStatusCode.NotModified);
            await (await SendAsync(server.Doctor, HttpMethod.Get, path, ("If-None-Match", value))).ShouldBeProblemAsync(404, "not_found");
            await (await SendAsync(server.Anonymous(), HttpMethod.Get, path, ("If-None-Match", value))).ShouldBeProblemAsync(401, "unauthenticated");
        }

        const string outcomes = "SELECT outcome FROM audit.entries WHERE action = 'report.read' AND resource = $1 AND actor_id = $2 ORDER BY id";
        (await server.Database.ColumnAsync<string>(outcomes, $"report/{report}", patient.UserId)).ShouldBe(["ok", "ok"]);
    }

    [Fact]
    public async Task A_report_with_another_document_is_another_report_and_takes_the_same_change()
    {
        var patient = await server.SignedInAsync("patient");
        var path = $"{RecordCalls.ReportsOf(patient.UserId)}/{(await server.Admin.WriteReportAsync(patient.UserId)).Id()}";
        var before = (await server.Admin.GetAsync(path)).Headers.ETag!.Tag;
        var form = DocumentCalls.Form("A note"u8.ToArray(), "note.txt");
        await (await server.Admin.PostAsync($"{path}/documents", form)).ShouldAnswerAsync(201);

        var after = await SendAsync(server.Admin, HttpMethod.Get, path, ("If-None-Match", before));

        after.StatusCode.ShouldBe(HttpStatusCode.OK);
        var tag = after.Headers.ETag!.Tag;
        tag.ShouldNotBe(before);
        await (await server.Admin.PutJsonAsync(path, new { title = "x" }, ("If-Match", "\"2\""))).ShouldBeProblemAsync(412, "precondition_failed");
        await (await server.Admin.PutJsonAsync(path, new { title = "x" }, ("If-None-Match", "*"))).ShouldBeProblemAsync(412, "precondition_failed");
        var changed = await server.Admin.PutJsonAsync(path, new { title = "x" }, ("If-Match", tag));
        await changed.ShouldAnswerAsync(200);
        (await server.Admin.GetAsync(path)).Headers.ETag.ShouldBe(changed.Headers.ETag);
    }

    [Fact]
    public async Task The_configuration_has_another_tag_wherever_it_shows_something_else()
    {
        var (key, other) = (ConfigCalls.NewKey(), ConfigCalls.NewKey());
        await server.Admin.CreateAsync(other, "first");
        await server.Admin.CreateAsync(key, $"${{{other}}}");
        var (resolved, fallback) = (ConfigCalls.PathOf(key, query: "resolve=true"), ConfigCalls.PathOf(key, "p/e"));
        var tags = new List<string>();
        foreach (var path in (string[])[ConfigCalls.PathOf(key), resolved, fallback]) tags.Add((await server.Admin.GetAsync(path)).Headers.ETag!.Tag);

        await server.Admin.PutAsync(other, "second");
        await server.Admin.CreateAsync(key, "of its own", "p/e");

        (tags[0], tags.Distinct().Count()).ShouldBe(("\"1\"", 3));
        (await SendAsync(server.Admin, HttpMethod.Get, ConfigCalls.PathOf(key), ("If-None-Match", tags[0]))).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await (await SendAsync(server.Admin, HttpMethod.Get, resolved, ("If-None-Match", tags[1]))).ShouldAnswerAsync(200)).Text("value").ShouldBe("second");
        (await (await SendAsync(server.Admin, HttpMethod.Get, fallback, ("If-None-Match", tags[2]))).ShouldAnswerAsync(200)).Text("value").ShouldBe("of its own");
        await (await server.Admin.TryPutAsync(key, 2, "p/e", ifMatch: tags[2])).ShouldBeProblemAsync(412, "precondition_failed");
    }

    [Fact]
    public async Task A_refusal_has_no_tag()
    {
        var key = ConfigCalls.NewKey();
        await server.Admin.CreateAsync(key, "${nowhere.to.be.found}");

        var answer = await server.Admin.GetAsync(ConfigCalls.PathOf(key, query: "resolve=true"));

        await answer.ShouldBeProblemAsync(409, "unresolved_reference");
        answer.Headers.ETag.ShouldBeNull();
    }

    static Task<HttpResponseMessage> SendAsync(HttpClient by, HttpMethod method, string path, (string Name, string Value) header) =>
        by.SendJsonAsync(method, path, body: null, header);
}
