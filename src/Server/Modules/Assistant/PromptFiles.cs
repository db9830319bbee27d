using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Hosting;

namespace Consilium.Modules.Assistant;

/// <summary>The prompt files of this server, read once at the start: the built-in ones, each replaced by the operator's own where there is one.</summary>
internal sealed partial class PromptFiles
{
    public static readonly IReadOnlyList<string> Kinds = ["case", "ticket", "conversation"];

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly Dictionary<string, PromptFile> files = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> versions = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> values;

    PromptFiles(PromptSettings settings) => values = new(StringComparer.Ordinal)
    {
        ["assistant"] = AssistantAccount.Name,
        ["organisation"] = settings.Organisation,
        ["emergency_number"] = settings.EmergencyNumber,
        [PromptFile.Blocks] = BuiltIn("blocks").TrimEnd(),
    };

    /// <exception cref="StartException">A file is not right.</exception>
    public static PromptFiles Load(PromptSettings settings)
    {
        var loaded = new PromptFiles(settings);
        foreach (var kind in Kinds)
        {
            var file = PromptFile.Parse($"{kind}.md", kind, BuiltIn(kind));
            (loaded.files[kind], loaded.versions[kind]) = (file, file.Version);
        }
        if (settings.PromptDirectory is { Length: > 0 } directory)
            foreach (var path in Own(Path.GetFullPath(directory))) loaded.Replace(path);
        foreach (var kind in Kinds) _ = loaded.InstructionsFor(kind, default);
        return loaded;
    }

    /// <summary>The instructions for threads of a kind, and the version of their file. An operator's has the beginning of its hash: a change shows.</summary>
    public (string Version, string Text) InstructionsFor(string kind, DateTimeOffset now)
    {
        if (!files.TryGetValue(kind, out var file)) throw new ArgumentException($"There is no prompt for threads of the kind {kind}.", nameof(kind));
        var today = new Dictionary<string, string>(values, StringComparer.Ordinal) { ["date"] = now.UtcDateTime.ToString("yyyy-MM-dd") };
        return (versions[kind], file.Render(today));
    }

    static string BuiltIn(string name)
    {
        using var resource = new StreamReader(typeof(PromptFiles).Assembly.GetManifestResourceStream($"Prompts/{name}.md")!, Strict);
        return resource.ReadToEnd();
    }

    static IEnumerable<string> Own(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory, "*.md").Order(StringComparer.Ordinal)
        : throw new StartException($"The setting Assistant:PromptDirectory names {directory}, which is no directory.");

    void Replace(string path)
    {
        var kind = Path.GetFileNameWithoutExtension(path);
        if (!Kinds.Contains(kind)) throw new StartException($"The prompt {path}, line 1: a prompt is named {string.Join(", ", Kinds.Select(k => $"{k}.md"))}.");
        var file = PromptFile.Parse(path, kind, Read(path));
        if (NumberedVersion().IsMatch(file.Version))
            throw new StartException($"The prompt {path}, line 2: the version {file.Version} is a built-in one's; give yours a name of its own, like {kind}/own-1.");
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(file.Text));
        (files[kind], versions[kind]) = (file, $"{file.Version}+{Convert.ToHexStringLower(hash, 0, 4)}");
    }

    static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path, Strict);
        }
        catch (DecoderFallbackException)
        {
            throw new StartException($"The prompt {path}, line 1: it is not written in UTF-8.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The prompt {path} cannot be read: {fault.Message}", fault);
        }
    }

    [GeneratedRegex("/[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex NumberedVersion();
}
