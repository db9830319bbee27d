using System.Text.RegularExpressions;

namespace Consilium.Platform.Commands;

/// <summary>
/// The names of all settings: those of <c>deploy/.env.example</c>, which is part of the server. Any other on the command line is a mistake.
/// </summary>
internal static partial class KnownSettings
{
    const string Example = "Settings/.env.example";

    // What the framework itself reads, by its own names, and sections of it in which any name may stand.
    static readonly string[] OfTheFramework =
    [
        "urls", "environment", "contentRoot", "applicationName", "http_ports", "https_ports", "webroot", "shutdownTimeoutSeconds", "detailedErrors",
        "captureStartupErrors", "suppressStatusMessages", "preferHostingUrls", "preventHostingStartup", "hostingStartupAssemblies",
    ];

    static readonly string[] OpenSections = ["Logging:", "Kestrel:"];

    /// <summary>As the configuration has them, <c>Data:Directory</c>, in the order of the file.</summary>
    public static IReadOnlyList<string> Names { get; } = Read();

    static readonly HashSet<string> Sections = Names.SelectMany(Above).ToHashSet(StringComparer.OrdinalIgnoreCase);

    static readonly HashSet<string> All = new([.. Names.Select(Shape), .. OfTheFramework], StringComparer.OrdinalIgnoreCase);

    /// <summary>As a variable or as an argument; any entry of a list is known with its first.</summary>
    public static bool Has(string name)
    {
        var key = KeyOf(name);
        return All.Contains(Shape(key)) || OpenSections.Any(section => key.StartsWith(section, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether settings are below this name, and it is none itself: <c>Data</c>.</summary>
    public static bool IsSection(string name) => Sections.Contains(Shape(KeyOf(name)));

    /// <summary><c>Data__Directory</c> is <c>Data:Directory</c>.</summary>
    public static string KeyOf(string name) => name.Replace("__", ":", StringComparison.Ordinal);

    // A list may be one text with commas, or numbered entries.
    static string Shape(string key) => LastNumber().Replace(Numbers().Replace(key, ":0:"), "");

    static IEnumerable<string> Above(string key)
    {
        for (var at = key.LastIndexOf(':'); at > 0; at = key.LastIndexOf(':', at - 1)) yield return Shape(key[..at]);
    }

    static List<string> Read()
    {
        using var file = new StreamReader(typeof(KnownSettings).Assembly.GetManifestResourceStream(Example)!);
        return [.. Setting().Matches(file.ReadToEnd()).Select(line => KeyOf(line.Groups["name"].Value))];
    }

    [GeneratedRegex(@"^#?(?<name>[A-Za-z][A-Za-z0-9_]*)=", RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Setting();

    [GeneratedRegex(":[0-9]+:", RegexOptions.NonBacktracking)]
    private static partial Regex Numbers();

    [GeneratedRegex(":[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex LastNumber();
}
