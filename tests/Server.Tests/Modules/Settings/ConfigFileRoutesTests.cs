using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Settings;

/// <summary>Export, import and comparison over HTTP. Each test has environments of its own.</summary>
public sealed class ConfigFileRoutesTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Root = "/api/v1/config";
    const string Secret = "correct-horse-battery";

    static readonly (string Format, string Type)[] Formats = [("json", "application/json"), ("yaml", "application/yaml"), ("env", "text/plain")];

    [Fact]
    public async Task An_export_imports_elsewhere_and_exports_in_the_same_bytes()
    {
        await CreateAsync("app.name", "${app.title} \"x\"\n$HOME 😀", "source");
        await CreateAsync("app.title", "Tïtle: # 1", "source");
        await CreateAsync("app.list", new object?[] { 1.5, null, new { b = "${app.title}", a = true } }, "source");
        await CreateAsync("app.password", Secret, "source", encrypted: true);
        foreach (var (format, type) in Formats)
        {
            var answer = await server.Admin.GetAsync($"{Root}/export?format={format}&environment=source");
            var file = await answer.Content.ReadAsStringAsync();
            answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK, file);
            answer.Content.Headers.ContentType!.ToString().ShouldBe($"{type}; charset=utf-8");
            answer.Content.Headers.ContentDisposition!.ToString().ShouldBe($"attachment; filename=\"config.{format}\"");
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
            file.ShouldNotContain(Secret);

            var imported = await ImportAsync($"mode=merge&environment=copy-{format}", file, type);
            (imported.GetProperty("applied").GetInt32(), imported.GetProperty("changes").GetArrayLength()).ShouldBe((4, 4));

            (await server.Admin.GetStringAsync($"{Root}/export?format={format}&environment=copy-{format}")).ShouldBe(file);
            var unset = await server.Admin.GetJsonAsync($"{Root}/app.password?environment=copy-{format}");
            (unset.GetProperty("is_encrypted").GetBoolean(), unset.GetProperty("value").ValueKind).ShouldBe((true, JsonValueKind.Null));
            (await ImportAsync($"mode=replace&environment=copy-{format}", file, type)).GetProperty("applied").GetInt32().ShouldBe(0);
        }
        (await server.Database.ColumnAsync<string>("SELECT resource FROM audit.entries WHERE action = 'config.exported'")).ShouldContain("config/*@/source");
    }

    [Fact]
    public async Task An_export_can_follow_lookups_and_references()
    {
        await CreateAsync("look.a", "default ${look.b}", null);
        await CreateAsync("look.b", 1, null);
        await CreateAsync("look.b", 2, null, "looking");
        await CreateAsync("look.s", Secret, "e", "looking", encrypted: true);
        await CreateAsync("look.c", "is ${look.s}", "e", "looking");
        const string export = $"{Root}/export?format=env&profile=looking&environment=e&prefix=look.";
        (await server.Admin.GetStringAsync(export)).ShouldBe("look__c='is ${look.s}'\nlook__s=!encrypted\n");
        (await server.Admin.GetStringAsync($"{export}&effective=true"))
            .ShouldBe("look__a='default ${look.b}'\nlook__b=2\nlook__c='is ${look.s}'\nlook__s=!encrypted\n");
        (await server.Admin.GetStringAsync($"{export}&effective=true&resolve=true"))
            .ShouldBe("look__a='default 2'\nlook__b=2\nlook__c='is ********'\nlook__s=!encrypted\n");
    }

    [Fact]
    public async Task A_preview_tells_everything_and_changes_nothing()
    {
        await CreateAsync("pre.kept", 1, "previewed");
        await CreateAsync("pre.changed", "old", "previewed");
        await CreateAsync("pre.gone", true, "previewed");
        await CreateAsync("other.gone", true, "previewed");
        const string file = "pre:\n  kept: 1.0\n  changed: new\n  added: [1]\n";

        var merge = await ImportAsync("mode=preview&environment=previewed", file);
        merge.GetProperty("valid").GetBoolean().ShouldBeTrue();
        Changes(merge).ShouldBe(["pre.added added null [1]", "pre.changed changed \"old\" \"new\""]);
        Changes(await ImportAsync("mode=preview&as=replace&prefix=pre.&environment=previewed", file))
            .ShouldBe(["pre.added added null [1]", "pre.changed changed \"old\" \"new\"", "pre.gone removed true null"]);
        (await ExportAsync("previewed")).ShouldBe("other.gone: true\npre.changed: \"old\"\npre.gone: true\npre.kept: 1\n");

        Changes(await ImportAsync("mode=replace&prefix=pre.&environment=previewed&reason=spring+cleaning", file)).Count.ShouldBe(3);
        (await ExportAsync("previewed")).ShouldBe("other.gone: true\npre.added: [1]\npre.changed: \"new\"\npre.kept: 1\n");
        (await server.Database.ColumnAsync<string>("SELECT action FROM audit.entries WHERE reason = 'spring cleaning' ORDER BY action"))
            .ShouldBe(["config.deleted", "config.imported", "config.imported"]);
        var history = await server.Admin.GetJsonAsync($"{Root}/pre.changed/history?environment=previewed");
        (history.Items()[0].Text("action"), history.Items()[0].Text("reason")).ShouldBe(("imported", "spring cleaning"));
    }

    [Theory]
    [InlineData("a: 1\nb: *x\nb: 2\n", "application/yaml", "line 2", "line 3")]
    [InlineData("{\"a\": 1,\n\n\"b\": {\"x\": 1, \"x\": 2}}", "application/json", "line 3")]
    [InlineData("{\n\"a\": 1,\n}", "application/json", "line 3")]
    [InlineData("A=1\nB\n", "text/plain", "line 2")]
    [InlineData("a: 1\nb: \"x ${half\"\n", "application/yaml", "line 2")]
    [InlineData("a: \"${b}\"\nb: \"${a}\"\n", "application/yaml", "line 1")]
    [InlineData("a: 1\nfeatures.require_if_match: 7\n", "application/yaml", "line 2")]
    [InlineData("a: 1\nexport: 7\n", "application/yaml", "line 2")]
    public async Task One_error_refuses_the_whole(string file, string type, params string[] fields)
    {
        var problem = await (await SendAsync("mode=merge&environment=refusing", file, type)).ShouldBeProblemAsync(400, "invalid_import");
        problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).ShouldBe(fields, problem.ToString());
        (await ExportAsync("refusing")).ShouldBe("{}\n");

        var preview = await ImportAsync("mode=preview&environment=refusing", file, type);
        preview.GetProperty("valid").GetBoolean().ShouldBeFalse();
        preview.GetProperty("errors").EnumerateArray().Select(error => $"line {error.GetProperty("line")}").Distinct().ShouldBe(fields);
    }

    [Fact]
    public async Task What_is_encrypted_stays_so_and_is_never_compared_or_shown()
    {
        await CreateAsync("enc.kept", Secret, "sealed", encrypted: true);
        await CreateAsync("enc.new", Secret, "sealed", encrypted: true);
        await CreateAsync("enc.plain", "to be hidden", "sealed");
        const string file = "enc.kept: !encrypted\nenc.new: \"correct-horse-battery\"\nenc.plain: !encrypted\nenc.unset: !encrypted\n";

        var imported = await ImportAsync("mode=replace&environment=sealed", file);

        Changes(imported).ShouldBe(["enc.new changed \"********\" \"********\"", "enc.plain changed \"to be hidden\" \"********\"", "enc.unset added null null"]);
        imported.ToString().ShouldNotContain(Secret);
        (await ExportAsync("sealed")).ShouldBe("enc.kept: !encrypted\nenc.new: !encrypted\nenc.plain: !encrypted\nenc.unset: !encrypted\n");
        foreach (var (key, value) in new[] { ("enc.kept", Secret), ("enc.new", Secret), ("enc.plain", "to be hidden") })
        {
            var shown = await (await server.Admin.PostJsonAsync($"{Root}/{key}/reveal?environment=sealed", new { reason = "test" })).ShouldAnswerAsync(200);
            shown.Text("value").ShouldBe(value);
        }
        await (await SendAsync("mode=merge&environment=sealed", "enc.kept: \"********\"\n")).ShouldBeProblemAsync(400, "invalid_import");
    }

    [Fact]
    public async Task The_type_or_the_format_says_what_the_file_is()
    {
        foreach (var type in (string[])["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml; charset=utf-8"])
            (await ImportAsync("mode=preview", "typed: 1\n", type)).GetProperty("valid").GetBoolean().ShouldBeTrue();
        foreach (var type in (string[])["application/octet-stream", "application/x-www-form-urlencoded", "application/json"])
            (await ImportAsync("mode=preview&format=yaml", "typed: 1\n", type)).GetProperty("valid").GetBoolean().ShouldBeTrue();
        foreach (var type in (string[])["application/octet-stream", "application/x-www-form-urlencoded", "image/png"])
            await (await SendAsync("mode=preview", "typed: 1\n", type)).ShouldBeProblemAsync(415, "unsupported_media_type");
        await (await SendAsync("mode=preview&format=yaml", "typed: 1\n", "text/yaml; charset=latin1")).ShouldBeProblemAsync(415, "unsupported_charset");
        await (await SendAsync("mode=merge", "")).ShouldRefuseFieldsAsync("$");
        await (await SendAsync("", "typed: 1\n")).ShouldRefuseFieldsAsync("mode");
        await (await SendAsync("mode=merge&as=preview", "typed: 1\n")).ShouldRefuseFieldsAsync("as");
        (await ImportAsync("mode=preview", "#" + new string('x', 1024 * 1024 - 1))).GetProperty("valid").GetBoolean().ShouldBeTrue();
        using var once = await server.SignInAsync("admin@example.com", "admin123"); // the server hangs up after this
        await (await SendAsync("mode=merge", "#" + new string('x', 1024 * 1024), by: once)).ShouldBeProblemAsync(413, "body_too_large");
    }

    [Fact]
    public async Task An_import_is_repeated_safely()
    {
        var key = Guid.CreateVersion7().ToString();
        var first = await (await SendAsync("mode=merge&environment=repeated", "a: 1\n", idempotencyKey: key)).ShouldAnswerAsync(200);
        var again = await (await SendAsync("mode=merge&environment=repeated", "a: 1\n", idempotencyKey: key)).ShouldAnswerAsync(200);
        again.ToString().ShouldBe(first.ToString());
        await (await SendAsync("mode=merge&environment=repeated", "a: 2\n", idempotencyKey: key)).ShouldBeProblemAsync(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task Environments_and_times_are_compared_as_lookups_see_them()
    {
        await CreateAsync("diff.same", 1, null, "web");
        await CreateAsync("diff.over", "profile", null, "web");
        await CreateAsync("diff.over", "staging", "staging", "web");
        await CreateAsync("diff.one", Secret, "staging", "web", encrypted: true);
        await CreateAsync("diff.shared", Secret, null, "web", encrypted: true);
        await CreateAsync("diff.two", "x", "production", "web");
        await CreateAsync("diff.one", Secret, "production", "web", encrypted: true);

        var diff = await server.Admin.GetJsonAsync($"{Root}/diff?from=web/staging&to=production&profile=web&prefix=diff.");

        Changes(diff).ShouldBe(["diff.one changed \"********\" \"********\"", "diff.over changed \"staging\" \"profile\"", "diff.two added null \"x\""]);
        (diff.GetProperty("from").Text("profile"), diff.GetProperty("from").Text("environment")).ShouldBe(("web", "staging"));
        (diff.GetProperty("to").Text("profile"), diff.GetProperty("to").Text("environment")).ShouldBe(("web", "production"));
        Changes(await server.Admin.GetJsonAsync($"{Root}/diff?from=web/&to=/&prefix=diff.")).Select(change => change.Split(' ')[1]).ShouldAllBe(action => action == "removed");

        var before = (await server.Admin.GetJsonAsync($"{Root}/diff.two?profile=web&environment=production")).Text("created_at");
        await (await server.Admin.PutJsonAsync($"{Root}/diff.two?profile=web&environment=production", new { value = "y" })).ShouldAnswerAsync(200);
        await (await server.Admin.PutJsonAsync($"{Root}/diff.one?profile=web&environment=production", new { value = Secret })).ShouldAnswerAsync(200);
        var times = await server.Admin.GetJsonAsync($"{Root}/diff?from={before}&to=2199-01-01T00:00:00+02:00&profile=web&environment=production&prefix=diff.");
        Changes(times).ShouldBe(["diff.one added null \"********\"", "diff.two changed \"x\" \"y\""]);
        times.GetProperty("to").Text("at").ShouldBe("2198-12-31T22:00:00.000000Z");
    }

    [Fact]
    public async Task Rights_cover_keys_and_cut_what_is_exported_compared_and_imported()
    {
        await CreateAsync("mine.a", 1, "rights");
        await CreateAsync("blind.a", "unseen", "rights");
        await CreateAsync("theirs.a", 3, "rights");
        using var staff = await server.SignedInAsync("staff");
        foreach (var path in (string[])["export", "diff?from=/&to=rights"])
            await (await staff.GetAsync($"{Root}/{path}")).ShouldBeProblemAsync(403, "forbidden");
        await (await SendAsync("mode=preview", "a: 1\n", by: staff)).ShouldBeProblemAsync(403, "forbidden");
        foreach (var (permission, prefix) in new[] { ("config:read", "mine"), ("config:write", "mine"), ("config:write", "blind") })
            await (await server.Admin.PostJsonAsync("/api/v1/security/grants", new { account_id = staff.UserId, permission, prefix })).ShouldAnswerAsync(201);

        (await staff.GetStringAsync($"{Root}/export?format=yaml&environment=rights")).ShouldBe("mine.a: 1\n");
        Changes(await staff.GetJsonAsync($"{Root}/diff?from=/&to=rights")).ShouldBe(["mine.a added null 1"]);
        Changes(await ImportAsync("mode=preview&environment=rights", "mine.a: 2\nblind.a: 2\n", by: staff)).ShouldBe(["blind.a changed \"********\" 2", "mine.a changed 1 2"]);
        var preview = await ImportAsync("mode=preview&environment=rights", "mine.a: 2\ntheirs.a: 2\n", by: staff);
        preview.GetProperty("errors")[0].GetProperty("line").GetInt32().ShouldBe(2);
        preview.ToString().ShouldNotContain("3,");

        await (await SendAsync("mode=merge&environment=rights", "mine.a: 2\ntheirs.a: 2\n", by: staff)).ShouldBeProblemAsync(403, "forbidden");
        (await ExportAsync("rights")).ShouldBe("blind.a: \"unseen\"\nmine.a: 1\ntheirs.a: 3\n");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE action = 'config.refused' AND resource = 'config/theirs.a@/rights'")).ShouldBe(1);

        await ImportAsync("mode=replace&environment=rights", "mine.b: 2\n", by: staff);
        (await ExportAsync("rights")).ShouldBe("mine.b: 2\ntheirs.a: 3\n");
    }

    [Fact]
    public async Task A_file_of_the_largest_count_is_imported_at_once()
    {
        var file = string.Concat(Enumerable.Range(0, 2000).Select(i => $"many.k{i}: \"${{many.k{i + 1}}}\"\n"));
        (await ImportAsync("mode=merge&environment=many", file)).GetProperty("applied").GetInt32().ShouldBe(2000);
        (await ExportAsync("many")).Length.ShouldBe(file.Length);
    }

    async Task CreateAsync(string key, object value, string? environment, string? profile = null, bool encrypted = false) =>
        await (await server.Admin.PostJsonAsync(Root, new { key, value, environment, profile, is_encrypted = encrypted })).ShouldAnswerAsync(201);

    async Task<string> ExportAsync(string environment) => await server.Admin.GetStringAsync($"{Root}/export?format=yaml&environment={environment}");

    async Task<JsonElement> ImportAsync(string query, string file, string type = "application/yaml", Client? by = null) =>
        await (await SendAsync(query, file, type, by)).ShouldAnswerAsync(200);

    Task<HttpResponseMessage> SendAsync(string query, string file, string type = "application/yaml", Client? by = null, string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{Root}/import?{query}")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(file)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } },
        };
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return (by ?? server.Admin).SendAsync(request);
    }

    static List<string> Changes(JsonElement answer) => [.. answer.GetProperty("changes").EnumerateArray()
        .Select(change => $"{change.Text("key")} {change.Text("action")} {change.GetProperty("from").GetRawText()} {change.GetProperty("to").GetRawText()}")];
}
