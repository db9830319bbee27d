using System.Text.Json;
using System.Text.RegularExpressions;

namespace Consilium.Tests.Docs;

/// <summary>NOTICE names what is published together with the server, and nothing else.</summary>
public sealed partial class NoticeTests
{
    static readonly ILookup<string, string> Licences = Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "NOTICE")))
        .ToLookup(row => row.Groups["name"].Value, row => row.Groups["licence"].Value, StringComparer.Ordinal);

    [Fact]
    public void Every_package_is_named_once_and_no_other()
    {
        var published = DotNetPackages().Concat(NpmPackages().Select(package => package.Name)).Distinct().Order(StringComparer.Ordinal).ToList();

        published.ShouldContain("Npgsql"); // the lists are read
        published.ShouldContain("sharp");
        published.ShouldContain("@embedded-postgres/*");
        Licences.SelectMany(row => row.Select(_ => row.Key)).Order(StringComparer.Ordinal).ShouldBe(published);
    }

    [Fact]
    public void The_licences_of_npm_packages_are_those_of_the_packages()
    {
        foreach (var (name, licence) in NpmPackages()) Licences[name].ShouldBe([licence], name);
    }

    /// <summary>Those whose assemblies the server loads.</summary>
    static IEnumerable<string> DotNetPackages()
    {
        using var built = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(Repository.ServerAssembly, ".deps.json")));
        var isPackage = built.RootElement.GetProperty("libraries").EnumerateObject()
            .ToDictionary(library => library.Name, library => library.Value.GetProperty("type").GetString() == "package", StringComparer.Ordinal);
        return [.. built.RootElement.GetProperty("targets").EnumerateObject().Single().Value.EnumerateObject()
            .Where(library => isPackage[library.Name] && library.Value.TryGetProperty("runtime", out _))
            .Select(library => library.Name.Split('/')[0])];
    }

    /// <summary>Those that npm installs on Linux or macOS; those of one platform count as one.</summary>
    static IEnumerable<(string Name, string Licence)> NpmPackages()
    {
        foreach (var folder in (string[])["src/Thumbnailer", "src/Postgres/npm"])
        {
            using var locked = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, folder, "package-lock.json")));
            foreach (var package in locked.RootElement.GetProperty("packages").EnumerateObject().Where(package => package.Name.Length > 0 && IsInstalled(package.Value)))
                yield return (OnePlatform().Replace(package.Name["node_modules/".Length..], "*"), package.Value.GetProperty("license").GetString()!);
        }

        static bool IsInstalled(JsonElement package) => package.TryGetProperty("os", out var systems)
            ? systems.EnumerateArray().Any(system => system.GetString() is "linux" or "darwin")
            : !package.TryGetProperty("optional", out _);
    }

    [GeneratedRegex(@"^  (?<name>\S+) {2,}(?<licence>\S+)$", RegexOptions.Multiline | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex("(linux|linuxmusl|darwin)-[a-z0-9]+$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OnePlatform();
}
