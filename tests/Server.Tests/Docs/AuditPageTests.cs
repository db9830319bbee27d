using System.Text.RegularExpressions;
using Consilium.Platform.Database;
using Consilium.Tests.Architecture;

namespace Consilium.Tests.Docs;

/// <summary>The table of actions in <c>docs/audit.md</c>. That none is missing is seen where every route is called.</summary>
public sealed partial class AuditPageTests
{
    public static HashSet<string> Actions { get; } = [.. File.ReadLines(Path.Combine(Repository.Root, "docs", "audit.md"))
        .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .SelectMany(line => Action().Matches(line.Split('|')[1]).Select(match => match.Groups["name"].Value))];

    [Fact]
    public void Every_action_of_the_page_is_in_the_code()
    {
        var texts = TypeReferences.LiteralsIn(typeof(ConsiliumDb).Assembly).Select(literal => literal.Text).ToHashSet(StringComparer.Ordinal);

        Actions.Count.ShouldBeGreaterThan(70);
        // The engine puts some together of the door's kind and a word of its own.
        Actions.Where(action => !texts.Any(text => text.Contains(action, StringComparison.Ordinal))
            && !(action.Split('.') is [var kind, var word] && texts.Contains(kind) && (texts.Contains(word) || texts.Contains($".{word}")))).ShouldBeEmpty();
    }

    [GeneratedRegex("`(?<name>[a-z_]+\\.[a-z_]+)`", RegexOptions.NonBacktracking)]
    private static partial Regex Action();
}
