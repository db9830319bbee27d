using Xunit.Abstractions;

namespace Consilium.Tests.Docs;

/// <summary>Examples of a page, done by a shell in their order; each must print what the page shows.</summary>
internal static class Tour
{
    /// <summary>Where the pages say that the server listens.</summary>
    public const string Address = "localhost:8000";

    const string EndOfExample = "---- end of example ----";

    /// <param name="address">Where it listens here: everything else is done word for word.</param>
    public static async Task FollowAsync(IReadOnlyList<Example> tour, string address, ITestOutputHelper report)
    {
        var script = $"set -e\n{string.Concat(tour.Select(example => $"{example.Commands}echo '{EndOfExample}'\n"))}".Replace(Address, address);
        await using var terminal = new ShellJob(script, TempDirectory.New());
        var code = await terminal.EndsAsync(TimeSpan.FromMinutes(2));
        report.WriteLine(terminal.Output);
        code.ShouldBe(0, terminal.Output);
        var outputs = terminal.Output.Split($"{EndOfExample}\n");
        outputs.Length.ShouldBe(tour.Count + 1);
        foreach (var (example, output) in tour.Zip(outputs))
            Readme.Matches(example.Output?.Replace(Address, address) ?? "", output)
                .ShouldBeTrue($"{example.Commands}\nshould print\n{example.Output}\nand printed\n{output}");
    }
}
