using System.Globalization;
using System.Text;

namespace Consilium.Modules.Files;

/// <summary>The text of documents is other people's: what the eye does not see, and a machine might obey, is taken out before it is kept.</summary>
internal static class FileText
{
    /// <summary>
    /// Without control characters but tab and line feed, format characters (zero-width, direction, tags), variation selectors and halves of characters.
    /// Composing (NFC) is left to the database: this process has no tables for it.
    /// </summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            var whole = Rune.DecodeFromUtf16(rest, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (whole && IsSeen(rune)) clean.Append(rest[..length]);
            rest = rest[length..];
        }
        return clean.ToString();
    }

    static bool IsSeen(Rune rune) => rune.Value switch
    {
        '\t' or '\n' => true,
        >= 0x600 and <= 0x605 or 0x6DD or 0x70F or 0x890 or 0x891 or 0x8E2 or 0x110BD or 0x110CD => true, // format characters that are written
        0x34F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 => false, // letters and marks that are blank
        >= 0x180B and <= 0x180F or >= 0xFE00 and <= 0xFE0F or >= 0xE0000 and <= 0xE0FFF => false,
        _ => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format),
    };
}
