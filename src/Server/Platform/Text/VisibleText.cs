using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Consilium.Platform.Text;

/// <summary>
/// Where a text begins and ends for people. White space and what nobody sees (zero-width characters, soft hyphens, fillers, bidi controls) is nothing,
/// and so are marks without anything to stand on: a text of nothing else is empty.
/// </summary>
internal static class VisibleText
{
    /// <summary>Whether there is nothing to see.</summary>
    public static bool IsBlank([NotNullWhen(false)] string? text)
    {
        foreach (var rune in text.AsSpan().EnumerateRunes())
            if (!IsBlank(rune) && !IsMark(rune)) return false;
        return true;
    }

    /// <summary>
    /// Without what is nothing at both ends. What joins, selects or turns the visible text beside it stays: an emoji keeps its colour, and a line its direction.
    /// </summary>
    public static string Trimmed(this string text)
    {
        if (IsBlank(text)) return "";
        var (start, end) = (0, text.Length);
        while (Rune.GetRuneAt(text, start) is var first && IsBlank(first)) start += first.Utf16SequenceLength;
        while (start > 0 && ActsOnNext(text[start - 1])) start--;
        while (Before(text, end) is var last && IsBlank(last)) end -= last.Utf16SequenceLength;
        while (end < text.Length && Rune.GetRuneAt(text, end) is var next && ActsOnPrevious(next.Value)) end += next.Utf16SequenceLength;
        return text[start..end];
    }

    /// <summary>Trimmed; null when there is nothing to see.</summary>
    public static string? TrimmedOrNull(this string? text) => IsBlank(text) ? null : text.Trimmed();

    static Rune Before(string text, int end)
    {
        Rune.DecodeLastFromUtf16(text.AsSpan(0, end), out var last, out _);
        return last;
    }

    static bool IsBlank(Rune rune) => Rune.IsWhiteSpace(rune) || InvisibleCharacters.IsInvisible(rune)
        || rune.Value is 0x2800 or 0x1D159; // Braille without dots, the head of a note that is not shown

    static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    /// <summary>Joiners, and the marks and openings of a direction.</summary>
    static bool ActsOnNext(char c) => c is '\u200C' or '\u200D' or '\u200E' or '\u200F' or '\u061C' or '\u202A' or '\u202B' or '\u202D' or '\u202E'
        or '\u2066' or '\u2067' or '\u2068';

    /// <summary>Joiners, variation selectors, tags (the flags of regions), and the marks and closings of a direction.</summary>
    static bool ActsOnPrevious(int c) => c is 0x200C or 0x200D or 0x200E or 0x200F or 0x061C or 0x202C or 0x2069
        or (>= 0xFE00 and <= 0xFE0F) or (>= 0x180B and <= 0x180D) or 0x180F or (>= 0xE0020 and <= 0xE01EF);
}
