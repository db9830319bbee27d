using System.Buffers;
using System.Text;

namespace Consilium.Platform.MediaTypes;

/// <summary>
/// PDF, whose header may stand anywhere in the first 1024 bytes (ISO 32000-1, annex H): behind a byte order mark, an empty line, or what a printer or
/// a web server left there. Behind anything but blanks the file must end like a PDF too, so that a text about PDF stays a text. Behind what a program
/// or a browser would act on, it is none.
/// </summary>
internal static class PdfPaper
{
    const int Farthest = 1024;
    const int NoteLength = 8; // %PDF-1.7
    const int EndArea = 1024;

    static readonly SearchValues<byte> Blanks = SearchValues.Create(" \t\r\n\f\0"u8);

    // Programs, archives, and files that programs open: they are no junk in front of a PDF.
    static readonly byte[][] Foreign =
    [
        [.. "MZ"u8], [0x7F, .. "ELF"u8], [0xCA, 0xFE, 0xBA, 0xBE], [0xFE, 0xED, 0xFA], [0xCE, 0xFA, 0xED, 0xFE], [0xCF, 0xFA, 0xED, 0xFE],
        [0, .. "asm"u8], [.. "PK"u8], [.. "Rar!"u8], [0x37, 0x7A, 0xBC, 0xAF], [0x1F, 0x8B], [.. "BZh"u8], [0xFD, .. "7zXZ"u8],
        [0x28, 0xB5, 0x2F, 0xFD], [.. "MSCF"u8], [.. "!<arch>"u8], [0xD0, 0xCF, 0x11, 0xE0], [0x4C, 0, 0, 0, 1, 0x14, 2, 0], [.. "ITSF"u8],
        [.. "SQLite format 3"u8], [.. "FWS"u8], [.. "CWS"u8], [.. "ZWS"u8], [.. "II*\0"u8], [.. "MM\0*"u8], [.. "8BPS"u8],
    ];

    public static bool Is(FileBytes file)
    {
        if (HeaderAt(file) is not { } at) return false;
        var before = file.Head[..at];
        if (before.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) before = before[3..];
        if (before.IndexOfAnyExcept(Blanks) < 0) return true;
        return !IsActed(before) && file.Read(Math.Max(0, file.Length - EndArea), EndArea).AsSpan().IndexOf("%%EOF"u8) >= 0;
    }

    static int? HeaderAt(FileBytes file)
    {
        var head = file.Head[..Math.Min(file.Head.Length, Farthest + NoteLength)];
        for (var from = 0; head[from..].IndexOf("%PDF-"u8) is >= 0 and var found && from + found < Farthest; from += found + 1)
            if (head[(from + found)..] is [_, _, _, _, _, (byte)'1' or (byte)'2', (byte)'.', >= (byte)'0' and <= (byte)'9', ..]) return from + found;
        return null;
    }

    static bool IsActed(ReadOnlySpan<byte> before)
    {
        foreach (var magic in Foreign)
            if (before.StartsWith(magic)) return true;
        if (TextContent.LooksActive(Encoding.Latin1, before)) return true;
        for (var at = 0; at + 1 < before.Length; at++)
            if (before[at] == '<' && IsOfTag((char)before[at + 1])) return true;
        return false;
    }

    static bool IsOfTag(char c) => char.IsAsciiLetter(c) || c is '!' or '?' or '/' or '%';
}
