using System.Globalization;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace Consilium.Modules.Files;

/// <summary>File names are text to show, never paths: what could deceive the eye, a terminal or a file system is taken out.</summary>
internal static class FileName
{
    public const int MaxLength = 255;
    const int LongestExtension = 20;
    const string Nameless = "file";

    static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³",
    };

    /// <summary>The name in a part's header: <c>filename*</c> (RFC 8187) before <c>filename</c>, as browsers write it.</summary>
    public static string Of(ContentDispositionHeaderValue disposition)
    {
        if (disposition.FileNameStar is { HasValue: true, Length: > 0 } extended) return Clean(extended.Value!);
        var plain = HeaderUtilities.RemoveQuotes(disposition.FileName).Value ?? "";
        return Clean(plain.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("%22", "\"", StringComparison.Ordinal)
            .Replace("%0D", "", StringComparison.OrdinalIgnoreCase).Replace("%0A", "", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A name of 1 to 255 UTF-16 units for any text, the same for a name that is clean already.</summary>
    public static string Clean(string given)
    {
        var name = Trim(Visible(given[(given.LastIndexOfAny(['/', '\\']) + 1)..]));
        if (Reserved.Contains(name.Split('.')[0].TrimEnd())) name = "_" + name;
        name = Shorten(name);
        return name.Length == 0 ? Nameless : name;
    }

    static string Visible(string text)
    {
        var visible = new StringBuilder(Math.Min(text.Length, 4 * MaxLength));
        var last = default(Rune);
        for (var at = 0; at < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, at, out var rune))
            {
                at++; // half a surrogate pair
                continue;
            }
            at += rune.Utf16SequenceLength;
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator) rune = new(' ');
            if (IsHidden(rune, last) || (rune.Value == ' ' && last.Value == ' ')) continue;
            visible.Append(rune.ToString());
            last = rune;
        }
        return visible.ToString();
    }

    static bool IsHidden(Rune rune, Rune before) => rune.Value switch
    {
        0xFE0E or 0xFE0F => before.IsAscii || before.Value is 0xFE0E or 0xFE0F, // a picture as text or in colour, after a picture alone
        (>= 0xFE00 and <= 0xFE0D) or (>= 0xE0100 and <= 0xE01EF) => true, // other variation selectors
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x180B or 0x180C or 0x180D or 0x180F or 0x2800 or 0x3164 or 0xFFA0 => true, // blanks that are no spaces
        var value when (value & 0xFFFE) == 0xFFFE || value is >= 0xFDD0 and <= 0xFDEF => true, // no characters
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate,
    };

    static string Trim(string name) => name.Trim(' ', '.');

    /// <summary>Cuts between characters, and keeps the extension.</summary>
    static string Shorten(string name)
    {
        if (name.Length <= MaxLength) return name;
        var extension = Path.GetExtension(name);
        if (extension.Length > LongestExtension) extension = "";
        var length = 0;
        for (var elements = StringInfo.GetTextElementEnumerator(name); elements.MoveNext(); length += elements.GetTextElement().Length)
            if (length + elements.GetTextElement().Length > MaxLength - extension.Length) break;
        if (length == 0) length = char.IsLowSurrogate(name[MaxLength - extension.Length]) ? MaxLength - extension.Length - 1 : MaxLength - extension.Length;
        return Trim(name[..length]) + extension;
    }
}
