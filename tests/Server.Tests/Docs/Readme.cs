using System.Text;
using System.Text.RegularExpressions;

namespace Consilium.Tests.Docs;

/// <summary>A command of the README with the output that it shows below; null where it shows none.</summary>
internal sealed record Example(string Commands, string? Output);

/// <summary>The examples of the README, section by section, and of other pages.</summary>
internal static class Readme
{
    /// <summary>What stands in an output for text that differs each time.</summary>
    const string Anything = "…";

    /// <summary>The <c>sh</c> blocks below a heading of the README, each with the <c>text</c> block that follows it.</summary>
    public static List<Example> ExamplesOf(string section) => ExamplesOf("README.md", section);

    /// <summary>All <c>sh</c> blocks of a page, each with the <c>text</c> block that follows it.</summary>
    public static List<Example> ExamplesOfPage(string page) => ExamplesOf(page, section: null);

    /// <summary>The blocks of a page in this language.</summary>
    public static List<string> Blocks(string page, string language) => [.. BlocksOf(page).Where(block => block.Language == language).Select(block => block.Text)];

    static List<Example> ExamplesOf(string page, string? section)
    {
        var examples = new List<Example>();
        foreach (var (heading, language, text) in BlocksOf(page))
            if (section is null || heading == section) Add(examples, language, text);
        examples.ShouldNotBeEmpty($"{page} has no examples{(section is null ? "" : $" under '## {section}'")}.");
        return examples;
    }

    static IEnumerable<(string Heading, string Language, string Text)> BlocksOf(string page)
    {
        var heading = "";
        (string Language, StringBuilder Text)? block = null;
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, page)))
        {
            if (block is null && line.StartsWith("## ", StringComparison.Ordinal)) heading = line[3..];
            else if (block is null && line.StartsWith("```", StringComparison.Ordinal)) block = (line[3..], new());
            else if (block is { } inside && line != "```") inside.Text.Append(line).Append('\n');
            else if (block is { } ended)
            {
                yield return (heading, ended.Language, ended.Text.ToString());
                block = null;
            }
        }
    }

    /// <summary>Whether this is the output that the README shows.</summary>
    public static bool Matches(string shown, string output) => Pattern($@"\A{Escaped(shown)}\s*\z").IsMatch(output);

    /// <summary>Whether the output that the README shows is somewhere in this.</summary>
    public static bool IsIn(string shown, string output) => Pattern(Escaped(shown)).IsMatch(output);

    static void Add(List<Example> examples, string language, string text)
    {
        if (language == "sh") examples.Add(new(text, null));
        else if (language == "text" && examples is [.., { Output: null } last]) examples[^1] = last with { Output = text };
    }

    static Regex Pattern(string pattern) => new(pattern, RegexOptions.Singleline | RegexOptions.NonBacktracking, TimeSpan.FromSeconds(10));

    static string Escaped(string shown) => string.Join(".*?", shown.TrimEnd().Split(Anything).Select(Regex.Escape));
}
