using Consilium.Tests.Modules.Cases;
using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

/// <summary>A prefix means the same everywhere: the key and what is below it; with a dot only what is below it.</summary>
public sealed class ConfigPrefixTests(ConfigServer server) : IClassFixture<ConfigServer>
{
    Client Admin => server.Admin;

    [Fact]
    public async Task It_is_the_key_and_what_is_below_it_wherever_it_is_said()
    {
        var (root, place) = await PlantAsync();
        string[] itself = [root], below = [$"{root}.a", $"{root}.b.c"], deeper = [$"{root}.b.c"];
        (string Prefix, string[] Keys)[] cases =
        [
            (root, [.. itself, .. below]), ($"{root}.", below), ($"{root}.b", deeper), ($"{root}.b.", deeper), ($"{root}.b.c", deeper), ($"{root}.b.c.", []),
            ($"{root}.c", []),
        ];
        foreach (var (prefix, keys) in cases)
        {
            (await ListedAsync($"prefix={prefix}&environment={place}")).ShouldBe(keys, ignoreOrder: false, prefix);
            (await ListedAsync($"prefix={prefix}&environment={place}&effective=true")).ShouldBe(keys, ignoreOrder: false, prefix);
            (await ExportedAsync($"prefix={prefix}&environment={place}")).ShouldBe(keys, ignoreOrder: false, prefix);
            (await ComparedAsync($"prefix={prefix}&from={place}&to=none")).ShouldBe(keys, ignoreOrder: false, prefix);
            (await FollowedAsync($"prefix={prefix}&environment={place}", keys.Length)).ShouldBe(keys, ignoreOrder: false, prefix);
            (await RemovedAsync(prefix, place)).ShouldBe(keys, ignoreOrder: false, prefix);
        }
        await (await ImportAsync($"mode=replace&prefix={root}&environment={place}")).ShouldAnswerAsync(200);
        (await ListedAsync($"environment={place}")).ShouldBe([$"{root}x", $"{root}x.z"]);
    }

    [Fact]
    public async Task A_grant_and_a_scope_mean_the_same()
    {
        var (root, place) = await PlantAsync();
        using var person = await server.GrantedAsync($"config:read:{root}");
        using var program = await server.KeyAsync($"config:read:{root}");
        foreach (var reader in (Client[])[person, program])
        {
            (await ListedAsync($"environment={place}", reader)).ShouldBe([root, $"{root}.a", $"{root}.b.c"]);
            (await ListedAsync($"environment={place}&prefix={root}x", reader)).ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData(".")]
    [InlineData("app..")]
    [InlineData(".app")]
    [InlineData("app_")]
    [InlineData("-")]
    [InlineData("a b")]
    public async Task What_is_no_key_is_named_and_explained(string prefix)
    {
        foreach (var path in (string[])["?", "/export?", "/diff?from=a&to=b&", "/events?"])
            await (await Admin.GetAsync($"{Root}{path}prefix={Uri.EscapeDataString(prefix)}")).ShouldRefuseFieldsAsync("prefix");
        await (await ImportAsync($"mode=replace&prefix={Uri.EscapeDataString(prefix)}")).ShouldRefuseFieldsAsync("prefix");
    }

    [Fact]
    public async Task Without_a_default_entry_the_answer_names_where_there_is_one()
    {
        var key = NewKey();
        foreach (var place in (string[])["/test", "eu/", "eu/test"]) await Admin.CreateAsync(key, 1, place);
        await Admin.RemoveAsync(key, "eu/test");
        using var reader = await server.GrantedAsync($"config:read:{key}");
        using var stranger = await server.GrantedAsync("config:read:elsewhere");

        foreach (var client in (Client[])[Admin, reader])
            foreach (var query in (string[])["", "?profile=&environment=", "?resolve=true"])
            {
                var problem = await (await client.GetAsync($"{Root}/{key}{query}")).ShouldBeProblemAsync(404, "no_default_entry");
                problem.GetProperty("scopes").GetRawText().ShouldBe("""[{"profile":null,"environment":"test"},{"profile":"eu","environment":null}]""");
                problem.Text("detail")!.ShouldEndWith("?environment=test, ?profile=eu.");
            }
        var nothing = await (await Admin.GetAsync($"{Root}/{NewKey()}")).ShouldBeProblemAsync(404, "not_found");
        var unseen = await (await stranger.GetAsync($"{Root}/{key}")).ShouldBeProblemAsync(404, "not_found");
        unseen.EnumerateObject().Select(one => one.Name).ShouldBe(nothing.EnumerateObject().Select(one => one.Name));
        await (await Admin.GetAsync($"{Root}/{key}?environment=production")).ShouldBeProblemAsync(404, "not_found");
        await (await Admin.GetAsync($"{Root}/{key}?at=2001-01-01T00:00:00Z")).ShouldBeProblemAsync(404, "not_found");
        await Admin.CreateAsync(key, 2);
        (await Admin.GetJsonAsync($"{Root}/{key}")).Number("value").ShouldBe(2);
    }

    /// <summary>Entries at a new key, below it, and beside it with the same letters at the beginning; in an environment of their own.</summary>
    async Task<(string Root, string Place)> PlantAsync()
    {
        var (root, place) = (NewKey(), $"e{Guid.CreateVersion7():N}");
        foreach (var rest in (string[])["", ".a", ".b.c", "x", "x.z"]) await Admin.CreateAsync(root + rest, 1, $"/{place}");
        return (root, place);
    }

    async Task<List<string?>> ListedAsync(string query, Client? by = null) => [.. (await (by ?? Admin).GetJsonAsync($"{Root}?{query}")).Items().Select(one => one.Text("key"))];

    async Task<List<string>> ExportedAsync(string query) => [.. (await Admin.GetJsonAsync($"{Root}/export?{query}")).EnumerateObject().Select(one => one.Name)];

    async Task<List<string?>> ComparedAsync(string query) =>
        [.. (await Admin.GetJsonAsync($"{Root}/diff?{query}")).GetProperty("changes").EnumerateArray().Select(one => one.Text("key"))];

    async Task<List<string?>> FollowedAsync(string query, int count)
    {
        await using var stream = await EventStream.OpenAsync(Admin, $"{Root}/events?after=0&{query}");
        var keys = new List<string?>();
        while (keys.Count < count) keys.Add((await FollowConfigTests.NextAsync(stream)).Text("key"));
        return keys;
    }

    async Task<List<string?>> RemovedAsync(string prefix, string place)
    {
        var preview = await (await ImportAsync($"mode=preview&as=replace&prefix={prefix}&environment={place}")).ShouldAnswerAsync(200);
        return [.. preview.GetProperty("changes").EnumerateArray().Select(one => one.Text("key"))];
    }

    Task<HttpResponseMessage> ImportAsync(string query) => Admin.PostJsonAsync($"{Root}/import?format=json&{query}", "{}");
}
