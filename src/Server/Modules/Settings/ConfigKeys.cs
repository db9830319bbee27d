using System.Text.RegularExpressions;

namespace Consilium.Modules.Settings;

/// <summary>Which entry: a key within a profile and an environment, both empty for the default entry. <see cref="ConfigKeys"/> has the rules.</summary>
internal readonly record struct EntryName(string Key, string Profile, string Environment);

/// <summary>What keys and the names of profiles and environments may look like, and the words in which that is told.</summary>
internal static partial class ConfigKeys
{
    public const int MaxKey = 200;
    public const int MaxScopeName = 50;

    public const string KeyRule =
        "A key has at most 200 characters: words of letters (a-z, A-Z) and digits, joined by single dots, hyphens or underscores, as in assistant.providers.";
    public const string ScopeNameRule =
        "The name of a profile or an environment has at most 50 characters: words of letters (a-z, A-Z) and digits, joined by single hyphens or underscores.";

    public static bool IsKey(string text) => text.Length <= MaxKey && Key().IsMatch(text);

    /// <summary>Whether a profile or an environment may be called so.</summary>
    public static bool IsScopeName(string text) => text.Length <= MaxScopeName && ScopeName().IsMatch(text);

    /// <summary>
    /// Whether it names keys: a key stands for itself and all keys below it, with a dot at its end only for those below it, nothing for every key.
    /// The function <c>settings.covers</c> says which ones.
    /// </summary>
    public static bool IsPrefix(string text) => text.Length == 0 || IsKey(text[^1] == '.' ? text[..^1] : text);

    [GeneratedRegex(@"\A[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Key();

    [GeneratedRegex(@"\A[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex ScopeName();
}
