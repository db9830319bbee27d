namespace Consilium.Tests.Docs;

/// <summary>A command that a page asks for must end, whatever is missing on the reader's machine.</summary>
public sealed class EndlessLoopsTests
{
    [Fact]
    public void No_page_has_a_loop_that_may_go_on_for_ever()
    {
        var pages = Directory.EnumerateFiles(Repository.Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Append(Path.Combine(Repository.Root, "bench", "README.md"));
        var loops = pages.SelectMany(page => Readme.Blocks(page, "sh").Concat(Readme.Blocks(page, "")).SelectMany(block => block.Split('\n')).Where(IsEndless)
            .Select(line => $"{Path.GetRelativePath(Repository.Root, page)}: {line}"));
        loops.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("until curl -sf localhost:8000/health; do sleep 1; done", true)]
    [InlineData("x=1; while true; do x=2; done", true)]
    [InlineData("for try in $(seq 600); do true; done", false)]
    [InlineData("echo 'not until tomorrow'", false)]
    public void A_loop_is_recognised(string line, bool endless) => IsEndless(line).ShouldBe(endless);

    static bool IsEndless(string line) => line.Split(';', '&', '|').Any(command => command.TrimStart().Split(' ')[0] is "until" or "while");
}
