using System.Text.RegularExpressions;
using Consilium.Platform.Hosting;

namespace Consilium.Modules.Assistant;

/// <summary>
/// The instructions for one kind of thread: a version between two lines of <c>---</c>, then a text with placeholders <c>{{name}}</c>. A file that is
/// not right stops the start with its name and line.
/// </summary>
internal sealed partial class PromptFile
{
    /// <summary>About 4 000 tokens, so that models with small windows can be asked too.</summary>
    public const int MaxLength = 12_000;

    /// <summary>The rules about people's texts, which no file may leave out.</summary>
    public const string Blocks = "blocks";

    public static readonly IReadOnlyList<string> Variables = ["assistant", "organisation", "emergency_number", "date", Blocks];

    const string Fence = "---";

    PromptFile(string kind, string version, string text) => (Kind, Version, Text) = (kind, version, text);

    /// <summary>Of the threads that it is for.</summary>
    public string Kind { get; }

    /// <summary><c>ticket/1</c>: the kind, then a number (built in) or a name (an operator's).</summary>
    public string Version { get; }

    public string Text { get; }

    /// <param name="name">For complaints: where the text comes from.</param>
    public static PromptFile Parse(string name, string kind, string content)
    {
        var lines = content.ReplaceLineEndings("\n").Split('\n');
        if (lines is not [Fence, var header, Fence, ..]) throw Wrong(1, $"it must begin with the lines {Fence}, 'version: {kind}/…' and {Fence}");
        if (VersionLine().Match(header) is not { Success: true } version || version.Groups["kind"].Value != kind)
            throw Wrong(2, $"the version must be written 'version: {kind}/name', the name in at most 40 small letters, digits, dots and dashes");
        if (content.Length > MaxLength) throw Wrong(lines.Length, $"it is longer than {MaxLength} characters");
        for (var i = 3; i < lines.Length; i++) CheckPlaceholders(lines[i], i + 1);
        var text = string.Join('\n', lines[3..]).Trim();
        return Placeholder().Matches(text).Any(m => m.Groups["name"].Value == Blocks)
            ? new(kind, version.Groups["version"].Value, text)
            : throw Wrong(lines.Length, $"{{{{{Blocks}}}}}, the rules about what people wrote, is missing");

        void CheckPlaceholders(string line, int number)
        {
            foreach (var placeholder in Placeholder().Matches(line).Select(m => m.Groups["name"].Value))
                if (!Variables.Contains(placeholder))
                    throw Wrong(number, $"there is no variable {{{{{placeholder}}}}}; there are {string.Join(", ", Variables.Select(v => $"{{{{{v}}}}}"))}");
            if (Placeholder().Replace(line, "") is var rest && (rest.Contains("{{", StringComparison.Ordinal) || rest.Contains("}}", StringComparison.Ordinal)))
                throw Wrong(number, "a placeholder is written {{name}}, with small letters and no spaces");
        }

        StartException Wrong(int line, string complaint) => new($"The prompt {name}, line {line}: {complaint}.");
    }

    /// <summary>The text with its variables filled in. What is filled in is not looked at again.</summary>
    /// <exception cref="ArgumentException">A variable has no value.</exception>
    public string Render(IReadOnlyDictionary<string, string> values) => Placeholder().Replace(Text, placeholder =>
        values.TryGetValue(placeholder.Groups["name"].Value, out var value)
            ? value
            : throw new ArgumentException($"The prompt {Version} needs a value for {placeholder.Value}.", nameof(values)));

    [GeneratedRegex(@"^version: (?<version>(?<kind>[a-z]+)/[a-z0-9][a-z0-9.\-]{0,39})$", RegexOptions.NonBacktracking)]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"\{\{(?<name>[a-z_]+)\}\}", RegexOptions.NonBacktracking)]
    private static partial Regex Placeholder();
}
