using System.Text.RegularExpressions;

namespace Consilium.Tests.Architecture;

public sealed partial class ModuleMapTests
{
    [Fact]
    public void Doors_never_call_doors() =>
        ModuleMap.MayCall.Where(line => line.Value.Intersect(ModuleMap.Doors).Any()).Select(line => line.Key).ShouldBeEmpty();

    [Fact]
    public void The_table_has_no_cycles()
    {
        var settled = new HashSet<string>(StringComparer.Ordinal);
        while (ModuleMap.MayCall.Where(line => !settled.Contains(line.Key) && line.Value.All(settled.Contains)).Select(line => line.Key).ToList() is { Count: > 0 } next)
            settled.UnionWith(next);

        settled.ShouldBe(ModuleMap.MayCall.Keys, ignoreOrder: true);
    }

    [Fact]
    public void The_page_about_the_modules_shows_the_same_table()
    {
        var page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "modules.md"))
            .Select(line => Row().Match(line)).Where(row => row.Success)
            .ToDictionary(row => row.Groups["module"].Value, row => Names(row.Groups["calls"].Value), StringComparer.Ordinal);

        page.Keys.ShouldBe(ModuleMap.MayCall.Keys, ignoreOrder: true);
        foreach (var (module, calls) in ModuleMap.MayCall) page[module].ShouldBe(calls, ignoreOrder: true, $"docs/modules.md about {module}");
    }

    static List<string> Names(string cell) => [.. Name().Matches(cell).Select(name => name.Value)];

    [GeneratedRegex(@"^\| `(?<module>\w+)` \|[^|]*\| (?<calls>[^|]*) \|$", RegexOptions.NonBacktracking)]
    private static partial Regex Row();

    [GeneratedRegex(@"\w+", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
