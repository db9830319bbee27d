using System.Text.RegularExpressions;
using Consilium.Platform.Commands;

namespace Consilium.Tests.Platform.Commands;

/// <summary>What the documents call a setting, the example for an env file, and what the command line takes are the same.</summary>
public sealed partial class EnvExampleTests
{
    static readonly string Example = File.ReadAllText(Path.Combine(Repository.Root, "deploy", ".env.example"));

    [Fact]
    public void Every_setting_of_the_README_is_in_the_example()
    {
        var table = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).Split("### Settings to start with")[1].Split("\n## ")[0];
        var named = table.Split('\n').Where(line => line.StartsWith('|')).SelectMany(NamesIn).ToList();
        named.Count.ShouldBeGreaterThan(30);
        named.Where(name => !IsInExample(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_setting_of_the_other_documents_is_in_the_example()
    {
        var named = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md")
            .SelectMany(file => SectionedName().Matches(File.ReadAllText(file))).Select(match => match.Value).Distinct(StringComparer.Ordinal).ToList();
        named.Count.ShouldBeGreaterThan(30);
        named.Where(name => !IsInExample(name) && !name.StartsWith("Logging__", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_setting_of_the_example_is_explained_above_it()
    {
        var explained = false;
        foreach (var line in Example.Split('\n').Skip(10))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal)) explained = true;
            else if (line.Length == 0) explained = false;
            else explained.ShouldBeTrue(line);
        }
    }

    [Fact]
    public void The_code_reads_no_setting_that_the_example_does_not_have()
    {
        var read = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Server"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => ReadKey().Matches(File.ReadAllText(file))).Select(match => match.Groups["key"].Value)
            .Distinct(StringComparer.Ordinal).ToList();
        read.Count.ShouldBeGreaterThan(25);
        read.Where(key => !KnownSettings.Has(key) && !KnownSettings.IsSection(key)).ShouldBeEmpty();
    }

    [Fact]
    public void The_example_sets_nothing_and_is_well_formed_whatever_is_taken_in()
    {
        EnvFile.Parse(Example, ".env.example").ShouldBeEmpty();
        EnvFile.Parse(Uncommented, ".env.example").Select(setting => KnownSettings.KeyOf(setting.Name)).ShouldBe(KnownSettings.Names);
        KnownSettings.Names.Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(KnownSettings.Names.Count);
    }

    [Fact]
    public async Task A_server_starts_with_the_example_and_with_every_line_of_it()
    {
        foreach (var text in (string[])[Example, Uncommented])
        {
            var file = Path.Combine(TempDirectory.New(), ".env");
            await File.WriteAllTextAsync(file, text);
            await using var server = await ServerProcess.StartAsync(["--env-file", file], ("ASPNETCORE_ENVIRONMENT", "Production"));
            (await server.TerminateAsync()).ShouldBe(0, server.Output);
        }
    }

    static string Uncommented => CommentedSetting().Replace(Example, "");

    static bool IsInExample(string name) => Example.Contains($"\n#{name}=", StringComparison.Ordinal);

    /// <summary>The names in the first column: <c>POSTGRES_SERVER</c>, <c>_PORT</c> and <c>Admin__Email</c>, …<c>__Password</c> are several.</summary>
    static IEnumerable<string> NamesIn(string row)
    {
        var before = "";
        foreach (var name in Quoted().Matches(row.Split('|')[1]).Select(match => match.Groups["name"].Value))
        {
            if (name.StartsWith("--", StringComparison.Ordinal)) continue;
            if (name.StartsWith('…')) before = before[..(before.LastIndexOf("__", StringComparison.Ordinal) + 2)] + name[1..].TrimStart('_');
            else if (name.StartsWith('_')) before = before.Split('_')[0] + name;
            else before = name;
            yield return before;
        }
    }

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b[A-Z][A-Za-z]+(__[A-Za-z0-9]+)+", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex SectionedName();

    [GeneratedRegex("^#(?=[A-Za-z][A-Za-z0-9_]*=)", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CommentedSetting();

    [GeneratedRegex("""
        (onfiguration\[|WholeNumber\(|\.List\(|GetValue\(|const\ string\ [A-Za-z]+\ =\ )"(?<key>([A-Z][A-Za-z]+:[A-Za-z:]+|[A-Z]+_[A-Z_]+))"
        """, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex ReadKey();
}
