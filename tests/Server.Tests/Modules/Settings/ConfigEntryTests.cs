using System.Text.Json;
using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

public sealed class ConfigEntryTests(ConfigServer server) : IClassFixture<ConfigServer>
{
    Client Admin => server.Admin;

    [Theory]
    [InlineData("/", "both", "prod", "both/prod,both/,/")]
    [InlineData("/prod", "", "prod", "/prod,/")]
    public async Task A_lookup_falls_back_place_by_place(string _, string profile, string environment, string places)
    {
        var key = NewKey();
        var chain = places.Split(',');
        foreach (var place in chain.Append("other/prod").Append("both/other")) await Admin.CreateAsync(key, place, place);

        foreach (var place in chain)
        {
            (await Admin.LookUpAsync(key, $"{profile}/{environment}")).Text("value").ShouldBe(place);
            await Admin.RemoveAsync(key, place);
        }
        await (await Admin.GetAsync(PathOf(key, $"{profile}/{environment}"))).ShouldBeProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Writing_means_exactly_one_entry()
    {
        var key = NewKey();
        await Admin.CreateAsync(key, 1);
        await (await Admin.TryCreateAsync(key, 2)).ShouldBeProblemAsync(409, "entry_exists");
        foreach (var place in (string[])["p/", "/e", "p/e"])
        {
            await (await Admin.TryPutAsync(key, 2, place)).ShouldBeProblemAsync(404, "not_found");
            await (await Admin.DeleteAsync(PathOf(key, place))).ShouldBeProblemAsync(404, "not_found");
            await (await Admin.GetAsync(PathOf(key, place, "/history"))).ShouldBeProblemAsync(404, "not_found");
            (await Admin.CreateAsync(key, place, place)).Number("version").ShouldBe(1);
        }
        (await Admin.PutAsync(key, 3, "p/")).Number("version").ShouldBe(2);
        (await Admin.ValueAsync(key, "p/e")).ShouldBe("\"p/e\"");
        (await Admin.ValueAsync(key)).ShouldBe("1");
    }

    [Fact]
    public async Task Versions_go_on_after_a_deletion()
    {
        var key = NewKey();
        var created = await Admin.CreateAsync(key, 1);
        await Admin.PutAsync(key, 2);
        await Admin.RemoveAsync(key);
        await (await Admin.TryPutAsync(key, 3)).ShouldBeProblemAsync(404, "not_found");
        await (await Admin.DeleteAsync(PathOf(key))).ShouldBeProblemAsync(404, "not_found");
        server.Time.Advance(TimeSpan.FromMilliseconds(1));

        var again = await Admin.CreateAsync(key, 4);

        again.Number("version").ShouldBe(4);
        again.GetProperty("created_at").GetDateTimeOffset().ShouldBeGreaterThan(created.GetProperty("created_at").GetDateTimeOffset());
        again.Id("updated_by").ShouldBe(Admin.UserId);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("false")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("123456789012345678901234567890.12345678901234567890")]
    [InlineData("1.50")]
    [InlineData("1E300")]
    [InlineData("-0.0")]
    [InlineData("\"ä😀\\u2028<>&'\\\"\"")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    [InlineData("""{"z":1,"a":{"b":[true,null]}}""")]
    public async Task Any_value_comes_back_as_it_was(string json)
    {
        var key = NewKey();
        var answers = new List<JsonElement>
        {
            await (await Admin.PostJsonAsync(Root, $$"""{"key":"{{key}}","value":{{json}}}""")).ShouldAnswerAsync(201),
            await (await Admin.PutJsonAsync(PathOf(key), $$"""{"value":{{json}}}""")).ShouldAnswerAsync(200),
            await Admin.LookUpAsync(key),
            await (await Admin.TryRollBackAsync(key, 1)).ShouldAnswerAsync(200),
            (await Admin.HistoryAsync(key))[1],
        };

        using var sent = JsonDocument.Parse(json);
        foreach (var answer in answers)
        {
            var value = answer.GetProperty("value");
            if (value.ValueKind == JsonValueKind.String) value.GetString().ShouldBe(sent.RootElement.GetString());
            else value.GetRawText().ShouldBe(json);
        }
    }

    [Fact]
    public async Task What_is_too_long_or_too_deep_is_refused()
    {
        await (await Admin.TryCreateAsync(NewKey(), new string('x', 65_534))).ShouldAnswerAsync(201);
        await (await Admin.TryCreateAsync(NewKey(), new string('x', 65_535))).ShouldRefuseFieldsAsync("value");
        await (await Admin.PostJsonAsync(Root, $$"""{"key":"{{NewKey()}}","value":{{new string('[', 40)}}{{new string(']', 40)}}}""")).ShouldAnswerAsync(400);
        // A value that could be stored, and then not be shown in a list, would take the list away from everybody.
        await (await Admin.PostJsonAsync(Root, $$"""{"key":"{{NewKey()}}","value":{{new string('[', 29)}}{{new string(']', 29)}}}""")).ShouldRefuseFieldsAsync("value");
        await (await Admin.PostJsonAsync(Root, new { key = NewKey() })).ShouldRefuseFieldsAsync("value");
        await (await Admin.TryCreateAsync(NewKey(), 1, reason: new string('x', 501))).ShouldRefuseFieldsAsync("reason");
    }

    [Fact]
    public async Task Signs_of_four_bytes_can_be_rolled_back_at_full_length()
    {
        var key = NewKey();
        var faces = string.Concat(Enumerable.Repeat("😀", 5_461));
        await (await Admin.PostJsonAsync(Root, $$"""{"key":"{{key}}","value":"{{faces}}"}""")).ShouldAnswerAsync(201);

        (await (await Admin.TryRollBackAsync(key, 1)).ShouldAnswerAsync(200)).Text("value").ShouldBe(faces);
    }

    [Theory]
    [InlineData("a..b", "key")]
    [InlineData(".a", "key")]
    [InlineData("a b", "key")]
    [InlineData("ä", "key")]
    [InlineData("", "key")]
    [InlineData("events", "key")]
    [InlineData("Export", "key")]
    [InlineData("import", "key")]
    [InlineData("diff", "key")]
    [InlineData("a", "profile", "p.q/")]
    [InlineData("a", "environment", "/e f")]
    public async Task Keys_and_places_have_rules(string key, string field, string place = "/")
    {
        await (await Admin.TryCreateAsync(key, 1, place)).ShouldRefuseFieldsAsync(field);
        if (place == "/") return;
        foreach (var answer in (HttpResponseMessage[])[await Admin.GetAsync(PathOf(key, place)), await Admin.TryPutAsync(key, 1, place), await Admin.DeleteAsync(PathOf(key, place)),
                     await Admin.GetAsync(PathOf(key, place, "/history")), await Admin.TryRollBackAsync(key, 1, place), await Admin.GetAsync($"{Root}?{field}={place.Trim('/')}")])
            await answer.ShouldRefuseFieldsAsync(field);
    }

    [Fact]
    public async Task A_key_of_full_length_is_fine()
    {
        var key = $"{NewKey()}.{new string('x', 200)}"[..200];
        await Admin.CreateAsync(key, 1);
        await (await Admin.TryCreateAsync(key + "x", 1)).ShouldRefuseFieldsAsync("key");
    }

    [Fact]
    public async Task The_place_may_stand_in_the_body_of_a_change()
    {
        var key = NewKey();
        await Admin.CreateAsync(key, 1, "p/e");
        var path = $"{Root}/{key}";

        (await (await Admin.PutJsonAsync(path, new { value = 2, profile = "p", environment = "e" })).ShouldAnswerAsync(200)).Number("version").ShouldBe(2);
        await (await Admin.PutJsonAsync($"{path}?profile=p&environment=e", new { value = 3, profile = "p" })).ShouldAnswerAsync(200);
        await (await Admin.PutJsonAsync($"{path}?profile=p", new { value = 3, profile = "q" })).ShouldRefuseFieldsAsync("profile");
        await (await Admin.PutJsonAsync($"{path}?environment=e", new { value = 3, environment = "f" })).ShouldRefuseFieldsAsync("environment");
    }

    [Fact]
    public async Task The_products_own_keys_are_typed_and_others_free()
    {
        const string typed = "retention.config_history_days";
        foreach (var wrong in (object?[])["7", 1.5, -1, 36_501, null, true]) await (await Admin.TryCreateAsync(typed, wrong, "/typed")).ShouldRefuseFieldsAsync("value");
        var refused = await (await Admin.TryCreateAsync(typed, "7", "/typed")).ShouldAnswerAsync(400);
        refused.GetProperty("errors").GetProperty("value")[0].GetString().ShouldBe("must be a whole number from 0 to 36500.");
        await (await Admin.TryCreateAsync(typed, 7, "/typed", encrypted: true)).ShouldRefuseFieldsAsync("value");
        await Admin.CreateAsync(typed, 7, "/typed");
        await (await Admin.TryPutAsync(typed, "8", "/typed")).ShouldRefuseFieldsAsync("value");
        await (await Admin.PutJsonAsync(PathOf(typed, "/typed"), new { value = 8, is_encrypted = true })).ShouldRefuseFieldsAsync("value");
        await Admin.CreateAsync(NewKey("retention"), "anything");
    }

    [Fact]
    public async Task A_repeated_POST_is_one()
    {
        var key = NewKey();
        async Task<JsonElement> CreateAsync() => await (await Admin.PostJsonAsync(Root, new { key, value = 1 }, ("Idempotency-Key", key))).ShouldAnswerAsync(201);

        var first = await CreateAsync();

        (await CreateAsync()).GetRawText().ShouldBe(first.GetRawText());
        (await Admin.HistoryAsync(key)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Lists_are_sorted_and_paged_and_filtered()
    {
        var prefix = NewKey();
        string[] all = [$"{prefix}.a /", $"{prefix}.a /e", $"{prefix}.a p/", $"{prefix}.b p/e", $"{prefix}c /"];
        foreach (var one in Enumerable.Reverse(all)) await Admin.CreateAsync(one.Split(' ')[0], one, one.Split(' ')[1]);

        (await PagesAsync($"prefix={prefix}")).ShouldBe(all[..4]);
        (await PagesAsync($"prefix={prefix}c")).ShouldBe(all[4..]);
        (await PagesAsync($"prefix={prefix}&profile=p")).ShouldBe([all[2], all[3]]);
        (await PagesAsync($"prefix={prefix}&profile=&environment=")).ShouldBe([all[0]]);
        (await PagesAsync($"prefix={prefix}&effective=true&profile=p&environment=e")).ShouldBe([all[2], all[3]]);
        (await PagesAsync($"prefix={prefix}&effective=true&environment=e")).ShouldBe([all[1]]);
        await (await Admin.GetAsync($"{Root}?resolve=true")).ShouldRefuseFieldsAsync("resolve");
        await (await Admin.GetAsync($"{Root}?prefix={new string('a', 201)}")).ShouldRefuseFieldsAsync("prefix");
    }

    async Task<List<string?>> PagesAsync(string query)
    {
        var found = new List<string?>();
        string? cursor = null;
        do
        {
            var page = await Admin.GetJsonAsync($"{Root}?limit=2&{query}{(cursor is null ? "" : $"&cursor={cursor}")}");
            found.AddRange(page.Items().Select(item => item.Text("value")));
            cursor = page.Text("next_cursor");
        }
        while (cursor is not null);
        return found;
    }
}
