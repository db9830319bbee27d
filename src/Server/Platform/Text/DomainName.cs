using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Consilium.Platform.Text;

/// <summary>
/// Names of the internet's domains in any script and spelling, as the name service has them: UTS #46 (nontransitional), in ASCII and lower case.
/// </summary>
internal static partial class DomainName
{
    const int MaxLength = 253;
    const string Encoded = "xn--";
    const int FirstScriptWithJoiners = 0x0600; // Arabic; the scripts of India follow

    static readonly IdnMapping Punycode = new();
    static readonly Lazy<DomainCharacters> Characters = new(DomainCharacters.Load);

    /// <summary>Null for what is no domain name of two labels or more.</summary>
    public static string? ToAscii(string name)
    {
        if (name.Length > 4 * MaxLength || Map(name) is not { } mapped) return null;
        var labels = mapped.Split('.');
        if (labels.Length < 2) return null;
        for (var i = 0; i < labels.Length; i++)
        {
            if (LabelToAscii(labels[i]) is not { } ascii) return null;
            labels[i] = ascii;
        }
        var whole = string.Join('.', labels);
        return whole.Length <= MaxLength ? whole : null;
    }

    static string? LabelToAscii(string label)
    {
        if (label.StartsWith(Encoded, StringComparison.Ordinal)) return Decode(label) is { } decoded && Encode(decoded) == label ? label : null;
        return Encode(label);
    }

    static string? Encode(string label)
    {
        if (label.Length == 0 || !MayStandTogether(label)) return null;
        try
        {
            var ascii = Punycode.GetAscii(label);
            return Label().IsMatch(ascii) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null; // how it says that the label is too long, or mixes directions of writing
        }
    }

    /// <summary>What an encoded label stands for. Null when that is nothing that would be encoded.</summary>
    static string? Decode(string label)
    {
        try
        {
            var decoded = Punycode.GetUnicode(label);
            return decoded.Length > 0 && !Ascii.IsValid(decoded) && Map(decoded) == decoded ? decoded : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    static string? Map(string name)
    {
        var mapped = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
            if (!Characters.Value.TryMap(rune, mapped)) return null;
        return CanonicalText.Of(mapped.ToString());
    }

    /// <summary>No mark without the letter it belongs to; joiners only in scripts that are written with them.</summary>
    static bool MayStandTogether(string label)
    {
        if (CharUnicodeInfo.GetUnicodeCategory(label, 0)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark) return false;
        for (var i = 0; i < label.Length; i++)
            if (label[i] is '\u200c' or '\u200d' && (i == 0 || label[i - 1] < FirstScriptWithJoiners)) return false;
        return true;
    }

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Label();
}
