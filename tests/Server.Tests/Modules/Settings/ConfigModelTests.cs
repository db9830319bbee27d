using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using static Consilium.Tests.Modules.Settings.ConfigCalls;

namespace Consilium.Tests.Modules.Settings;

/// <summary>Whatever is created, changed, deleted and rolled back, every read is that of a plain list of versions.</summary>
public sealed class ConfigModelTests(ConfigServer server) : IClassFixture<ConfigServer>
{
    static readonly string[] Places = ["/", "p/", "p/e", "/e", "q/e"];
    static readonly string[] Actions = ["create", "create", "put", "put", "delete", "rollback"];

    [Fact]
    public void Every_read_is_that_of_a_plain_model()
    {
        var step = from action in Gen.Elements(Actions) from key in Gen.Choose(0, 1) from place in Gen.Elements(Places) from version in Gen.Choose(1, 4)
                   select new Step(action, key, place, version);
        var run = from length in Gen.Choose(1, 10) from steps in Gen.ListOf(step, length) select steps.ToList();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Arb.From(run, Shrink), steps => HoldsAsync(steps)));
    }

    async Task HoldsAsync(List<Step> steps)
    {
        var prefix = NewKey();
        var model = new List<Written>();
        List<DateTimeOffset> times = [server.Time.GetUtcNow()];
        foreach (var (step, i) in steps.Select((step, i) => (step, i)))
        {
            server.Time.Advance(TimeSpan.FromTicks(20));
            var (key, value) = ($"{prefix}.{step.Key}", $"v{i}");
            var mine = model.Where(one => one.Key == key && one.Place == step.Place).ToList();
            var exists = mine is [.., { Value: not null }];
            var old = mine.Find(one => one.Version == step.Version);
            var (answer, expected, written) = step.Action switch
            {
                "create" => (await server.Admin.TryCreateAsync(key, value, step.Place), exists ? 409 : 201, value),
                "put" => (await server.Admin.TryPutAsync(key, value, step.Place), exists ? 200 : 404, value),
                "delete" => (await server.Admin.DeleteAsync(PathOf(key, step.Place)), exists ? 204 : 404, null),
                _ => (await server.Admin.TryRollBackAsync(key, step.Version, step.Place), old is null ? 404 : old.Value is null ? 409 : 200, old?.Value),
            };
            ((int)answer.StatusCode).ShouldBe(expected, $"{step}");
            if (expected < 300) model.Add(new(key, step.Place, mine.Count + 1, written, server.Time.GetUtcNow()));
            times.Add(server.Time.GetUtcNow());
        }

        foreach (var at in (DateTimeOffset?[])[null, times[times.Count / 2]])
        {
            var query = at is { } time ? $"&at={Uri.EscapeDataString($"{time:O}")}" : "";
            var then = model.Where(one => at is null || one.At <= at).GroupBy(one => (one.Key, one.Place)).Select(versions => versions.Last()).Where(one => one.Value is not null).ToList();
            (await ListAsync($"prefix={prefix}{query}")).ShouldBe(then.OrderBy(one => one.Key, StringComparer.Ordinal).ThenBy(one => one.Place, StringComparer.Ordinal).Select(Shown));
            foreach (var place in Places)
            {
                var found = new[] { 0, 1 }.Select(key => LookUp(then, $"{prefix}.{key}", place)).OfType<Written>().ToList();
                (await ListAsync($"prefix={prefix}&effective=true&profile={place.Split('/')[0]}&environment={place.Split('/')[1]}{query}")).ShouldBe(found.Select(Shown));
            }
            var (wanted, where) = ($"{prefix}.{steps[0].Key}", steps[0].Place);
            var answer = await server.Admin.GetAsync(PathOf(wanted, where, query: query.TrimStart('&')));
            if (LookUp(then, wanted, where) is { } one) Shown(await answer.ShouldAnswerAsync(200)).ShouldBe(Shown(one));
            else await answer.ShouldBeProblemAsync(404, where == "/" && then.Exists(other => other.Key == wanted) ? "no_default_entry" : "not_found");
        }
        foreach (var versions in model.GroupBy(one => (one.Key, one.Place)))
            (await server.Admin.HistoryAsync(versions.Key.Key, versions.Key.Place)).Select(one => $"{one.Number("version")} {one.Text("value")}")
                .ShouldBe(versions.Reverse().Select(one => $"{one.Version} {one.Value}"));
    }

    static Written? LookUp(List<Written> entries, string key, string place) =>
        ((string[])[place, $"{place.Split('/')[0]}/", "/"]).Select(fallback => entries.Find(one => one.Key == key && one.Place == fallback)).FirstOrDefault(one => one is not null);

    async Task<List<string>> ListAsync(string query) => (await server.Admin.GetJsonAsync($"{Root}?limit=200&{query}")).Items().ConvertAll(Shown);

    static string Shown(Written one) => $"{one.Key} {one.Place} {one.Version} {one.Value}";

    static string Shown(JsonElement entry) => $"{entry.Text("key")} {entry.Text("profile")}/{entry.Text("environment")} {entry.Number("version")} {entry.Text("value")}";

    static IEnumerable<List<Step>> Shrink(List<Step> steps) => Enumerable.Range(0, steps.Count).Where(_ => steps.Count > 1).Select(i => steps.Where((_, at) => at != i).ToList());

    sealed record Step(string Action, int Key, string Place, int Version);

    sealed record Written(string Key, string Place, int Version, string? Value, DateTimeOffset At);
}
