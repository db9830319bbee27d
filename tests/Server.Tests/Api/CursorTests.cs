using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Settings;

namespace Consilium.Tests.Api;

/// <summary>A cursor goes on in the list that gave it. In every other list, with other filters, for somebody else, it is a 400 and never a place.</summary>
public sealed class CursorTests(CaseServer server) : IClassFixture<CaseServer>
{
    /// <summary>Lists that have more than a page here.</summary>
    const int Enough = 12;

    [Fact]
    public async Task A_cursor_of_another_list_is_refused_by_every_list()
    {
        foreach (var route in Route.Of(server).Where(route => route.Method == "POST")) // what they make fills the lists
        {
            var example = await Examples.All[route.Key](server);
            using var made = await example.Caller.SendAsync(Attack.Good(route, example));
        }
        var lists = new List<(Route Route, Example Example)>();
        foreach (var route in Route.Of(server).Where(route => route.Method == "GET" && route.QueryParameters.ContainsKey("cursor")))
            lists.Add((route, await Examples.All[route.Key](server)));
        var cursors = new List<(string List, string Cursor)>();
        foreach (var (route, example) in lists)
        {
            var page = await example.Caller.GetJsonAsync(With(example.Path, "limit=1"));
            if (page.Text("next_cursor") is { } cursor) cursors.Add((route.Key, cursor));
        }
        cursors.Count.ShouldBeGreaterThanOrEqualTo(Enough, string.Join(", ", cursors.Select(one => one.List)));

        var faults = new List<string>();
        foreach (var (route, example) in lists)
            foreach (var (list, cursor) in cursors)
            {
                using var answer = await example.Caller.GetAsync(With(example.Path, $"limit=1&cursor={cursor}"));
                var text = await answer.Content.ReadAsStringAsync();
                var isRight = list == route.Key ? answer.IsSuccessStatusCode : (int)answer.StatusCode == 400 && text.Contains("\"cursor\"", StringComparison.Ordinal);
                if (!isRight) faults.Add($"{route.Key} answered a cursor of {list} by {(int)answer.StatusCode}");
            }
        faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_belongs_to_its_filters_its_address_and_its_caller()
    {
        var prefix = ConfigCalls.NewKey();
        foreach (var part in (string[])["a", "b", "c"]) await server.Admin.CreateAsync($"{prefix}.{part}", 1, "p/e");
        var list = $"{ConfigCalls.Root}?prefix={prefix}&profile=p";
        var cursor = (await server.Admin.GetJsonAsync($"{list}&limit=1")).Text("next_cursor");
        using var other = await server.SignedInAsync("admin");

        foreach (var same in (string[])[$"{list}&limit=1", $"{list}&limit=2", list, $"{ConfigCalls.Root}?limit=1&profile=p&prefix={prefix}", $"{list}&unknown=1"])
            (await server.Admin.GetJsonAsync($"{same}&cursor={cursor}")).Items()[0].Text("key").ShouldBe($"{prefix}.b", same);
        string[] others =
        [
            $"{ConfigCalls.Root}?prefix={prefix}", $"{ConfigCalls.Root}?profile=p", $"{list}&environment=e", $"{list}&effective=true", $"{ConfigCalls.Root}?prefix={prefix}.&profile=p",
            $"{ConfigCalls.Root}/{prefix}.a/history?profile=p&environment=e",
        ];
        foreach (var foreign in others) await (await server.Admin.GetAsync($"{foreign}&cursor={cursor}")).ShouldRefuseFieldsAsync("cursor");
        await (await other.GetAsync($"{list}&cursor={cursor}")).ShouldRefuseFieldsAsync("cursor");
        foreach (var changed in (string[])[$"{cursor}x", cursor![..^1], cursor.Split('.')[0], $"x{cursor}", $"{cursor}&cursor={cursor}", ""])
            await (await server.Admin.GetAsync($"{list}&cursor={changed}")).ShouldRefuseFieldsAsync("cursor");
    }

    [Fact]
    public async Task Of_two_cases_each_has_its_own()
    {
        var (one, other) = (await server.Owner.OpenCaseAsync(), await server.Owner.OpenCaseAsync());
        foreach (var id in (Guid[])[one, other])
            for (var i = 0; i < 3; i++) await server.Owner.SayAsync(id, $"Message {i}");
        var cursor = (await server.Owner.GetJsonAsync($"/cases/{one}/messages?limit=1")).Text("next_cursor");

        await (await server.Owner.GetAsync($"/cases/{other}/messages?limit=1&cursor={cursor}")).ShouldRefuseFieldsAsync("cursor");
        await (await server.Owner.GetAsync($"/cases/{one}/messages?limit=1&role=user&cursor={cursor}")).ShouldRefuseFieldsAsync("cursor");
        (await server.Owner.GetJsonAsync($"/cases/{one}/messages?limit=1&format=html&cursor={cursor}")).Items()[0].Text("content").ShouldBe("Message 1");
    }

    static string With(string path, string query) => $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}";
}
