using System.Text.RegularExpressions;

namespace Consilium.Tests.Architecture;

/// <summary>The rules of the house about source files. Each returns its breaches, one readable line each.</summary>
internal static partial class SourceRules
{
    const int LongestFile = 400;

    static readonly string[] NotOurs = ["bin", "obj", "node_modules", ".git"];

    /// <summary>Nothing hand-written is so long that nobody reads it.</summary>
    public static List<string> ShortFiles(string root) => [.. Files(root)
        .Select(file => (file, Lines: File.ReadLines(file).Count()))
        .Where(f => f.Lines > LongestFile)
        .Select(f => $"{Path.GetRelativePath(root, f.file)} has {f.Lines} lines")];

    /// <summary>A namespace is the path of its folder: whoever knows one finds the other.</summary>
    public static List<string> NamespacesLikeFolders(string project, string rootNamespace) => [.. Files(project)
        .Select(file => (file, Declared: NamespaceOf(file), Expected: Expected(project, rootNamespace, file)))
        .Where(f => f.Declared is not null && f.Declared != f.Expected)
        .Select(f => $"{Path.GetRelativePath(project, f.file)} declares {f.Declared} instead of {f.Expected}")];

    /// <summary>What people send is trimmed by <c>VisibleText</c>, which knows what nobody sees. E-mail addresses have rules of their own.</summary>
    public static List<string> TextsTrimmedByOneRule(string root) => [.. Files(root)
        .SelectMany(file => File.ReadLines(file).Select((line, i) => (Place: $"{Path.GetRelativePath(root, file)}:{i + 1}", Line: line)))
        .Where(l => WhiteSpaceOnly().IsMatch(l.Line) && !l.Line.Contains("mail", StringComparison.OrdinalIgnoreCase))
        .Select(l => $"{l.Place} looks at white space only: {l.Line.Trim()}")];

    static string Expected(string project, string rootNamespace, string file)
    {
        var folder = Path.GetRelativePath(project, Path.GetDirectoryName(file)!);
        return folder == "." ? rootNamespace : $"{rootNamespace}.{folder.Replace(Path.DirectorySeparatorChar, '.')}";
    }

    static string? NamespaceOf(string file) =>
        File.ReadLines(file).Select(line => Namespace().Match(line)).FirstOrDefault(match => match.Success)?.Groups["name"].Value;

    static IEnumerable<string> Files(string root) => Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).Any(part => NotOurs.Contains(part)));

    [GeneratedRegex(@"\b(?:request|query|filter|fields|given)\b[\w.!?]*\.Trim\(|IsNullOrWhiteSpace\((?:request|query|filter|fields|given)\b", RegexOptions.NonBacktracking)]
    private static partial Regex WhiteSpaceOnly();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Namespace();
}
