using System.Text;
using ADRaffy.ENSNormalize;

namespace Consilium.Platform.Text;

/// <summary>
/// One spelling for each text that looks and means the same: Unicode's canonical composition (NFC). <c>string.Normalize</c> does nothing
/// in this server, which runs without ICU.
/// </summary>
internal static class CanonicalText
{
    const char FirstThatMayChange = '\u0300';

    public static string Of(string text)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(FirstThatMayChange - 1)) < 0) return text;
        var canonical = new StringBuilder(text.Length);
        foreach (var point in ENSNormalize.NF.NFC(text.EnumerateRunes().Select(rune => rune.Value))) canonical.Append(new Rune(point));
        return canonical.ToString();
    }
}
