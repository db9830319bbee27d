using System.Globalization;
using System.Text;

namespace Consilium.Platform.Text;

/// <summary>
/// Takes out of a text what people do not see and machines do: characters that carry hidden words (tags, zero-width ones, variation selectors),
/// that turn the order of reading round (bidi controls), or that steer terminals (control characters).
/// </summary>
internal static class InvisibleCharacters
{
    const int ZeroWidthNonJoiner = 0x200C;
    const int ZeroWidthJoiner = 0x200D;

    /// <summary>
    /// For machines: all of them. Joiners too, although Persian and some Indic scripts write with them and emoji are joined by them: such text stays
    /// readable without, and one that is kept would be one bit of a hidden message. Every line break becomes <c>\n</c>.
    /// </summary>
    public static string RemoveAll(string text) => Remove(text, forPeople: false);

    /// <summary>For people: all but the joiners, variation selectors and marks of direction that scripts and emoji need to look right.</summary>
    public static string RemoveMisleading(string text) => Remove(text, forPeople: true);

    static string Remove(string text, bool forPeople)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var kept = new StringBuilder(text.Length);
        var afterReturn = false;
        foreach (var rune in text.EnumerateRunes()) // a lone surrogate comes as U+FFFD
        {
            var lineFeedOfReturn = afterReturn && rune.Value == '\n';
            afterReturn = rune.Value == '\r';
            if (lineFeedOfReturn) continue;
            if (IsLineBreak(rune.Value)) kept.Append('\n');
            else if (!IsInvisible(rune) || (forPeople && IsNeededToRead(rune.Value))) kept.Append(rune);
        }
        return kept.ToString();
    }

    static bool IsLineBreak(int c) => c is '\n' or '\r' or '\v' or '\f' or 0x85 or 0x2028 or 0x2029;

    public static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control => rune.Value != '\t',
        UnicodeCategory.Format => !IsVisibleFormat(rune.Value),
        _ => rune.Value is 0x034F                     // combining grapheme joiner
            or 0x115F or 0x1160 or 0x3164 or 0xFFA0   // Hangul fillers
            or 0x17B4 or 0x17B5                       // Khmer vowels that are not shown
            or (>= 0x180B and <= 0x180F)              // Mongolian variation selectors
            or 0x2065 or (>= 0xFFF0 and <= 0xFFF8)    // reserved, and ignored by whatever shows text
            or (>= 0xFE00 and <= 0xFE0F)              // variation selectors
            or (>= 0xE0000 and <= 0xE0FFF),           // tags, more variation selectors
    };

    /// <summary>Signs that Unicode counts among the format characters and people do see: Arabic, Syriac and Kaithi number and end marks.</summary>
    static bool IsVisibleFormat(int c) => c is (>= 0x0600 and <= 0x0605) or 0x06DD or 0x070F or 0x0890 or 0x0891 or 0x08E2 or 0x110BD or 0x110CD;

    static bool IsNeededToRead(int c) => c is ZeroWidthNonJoiner or ZeroWidthJoiner or 0x200E or 0x200F or 0x061C or (>= 0xFE00 and <= 0xFE0F)
        or (>= 0x180B and <= 0x180D) or 0x180F or 0x034F;
}
