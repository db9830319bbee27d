using System.Text;
using System.Text.RegularExpressions;

namespace Consilium.Tests.Docs;

/// <summary>A command of the README with the output that it shows below; null where it shows none.</summary>
internal sealed record Example(string Commands, string? Output);

/// <summary>The README's examples, section by section.</summary>
internal static class Readme
{
    /// <summary>What stands in an output for text that differs each time.</summary>
    const string Anything = "…";

    /// <summary>The <c>sh</c> blocks below a heading, each with the <c>text</c> block that follows it.</summary>
    public static List<Example> ExamplesOf(string section)
    {
        var examples = new List<Example>();
        var heading = "";
        (string Language, StringBuilder Text)? block = null;
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "README.md")))
        {
            if (block is null && line.StartsWith("## ", StringComparison.Ordinal)) heading = line[3..];
            else if (block is null && line.StartsWith("```", StringComparison.Ordinal)) block = (line[3..], new());
            else if (block is { } inside && line != "```") inside.Text.Append(line).Append('\n');
            else if (block is { } ended)
            {
                if (heading == section) Add(examples, ended.Language, ended.Text.ToString());
                block = null;
            }
        }
        examples.ShouldNotBeEmpty($"The README has no examples under '## {section}'.");
        return examples;
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
