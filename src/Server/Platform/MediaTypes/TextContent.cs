using System.Buffers;
using System.Text;

namespace Consilium.Platform.MediaTypes;

/// <summary>
/// Text: UTF-8, UTF-16 with its mark, or Windows-1252 as Excel writes CSV; without control characters, and no markup or script.
/// </summary>
internal static class TextContent
{
    const int BufferSize = 64 * 1024;

    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static FileKind? Identify(FileBytes file)
    {
        var (encoding, mark) = file.Head switch
        {
            [0xFF, 0xFE, ..] => (new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), 2),
            [0xFE, 0xFF, ..] => (new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), 2),
            [0xEF, 0xBB, 0xBF, ..] => (Utf8, 3),
            _ => ((Encoding)Utf8, 0),
        };
        if (IsText(file, encoding, mark)) return LooksActive(encoding, file.Head[mark..]) ? null : new("text/plain", mark == 2 ? "utf-16" : "utf-8");
        return mark == 0 && IsWindows1252(file) && !LooksActive(Encoding.Latin1, file.Head) ? new("text/plain", "windows-1252") : null;
    }

    static bool IsText(FileBytes file, Encoding encoding, long at)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(BufferSize);
        var chars = ArrayPool<char>.Shared.Rent(BufferSize + 4);
        try
        {
            var decoder = encoding.GetDecoder();
            while (true)
            {
                var read = file.Read(at, bytes.AsSpan(0, BufferSize));
                var written = decoder.GetChars(bytes.AsSpan(0, read), chars, flush: read == 0);
                if (chars.AsSpan(0, written).ContainsAny(NoText)) return false;
                if (read == 0) return true;
                at += read;
            }
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<char>.Shared.Return(chars);
        }
    }

    // C0 but tab, line feed, form feed and carriage return; DEL; C1 but NEL; no characters.
    static readonly SearchValues<char> NoText = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\f' or '\r' or '\u0085')), '\uFFFE', '\uFFFF']);

    /// <summary>All bytes have a character there, and most of them are ASCII: a binary file without control bytes is none.</summary>
    static bool IsWindows1252(FileBytes file)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long at = 0, plain = 0;
            while (file.Read(at, buffer.AsSpan(0, BufferSize)) is var read and > 0)
            {
                var bytes = buffer.AsSpan(0, read);
                if (bytes.ContainsAny(NotWindows1252)) return false;
                foreach (var value in bytes) plain += value < 0x80 ? 1 : 0;
                at += read;
            }
            return plain >= 0.7 * at;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static readonly SearchValues<byte> NotWindows1252 = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Where(c => c is not ('\t' or '\n' or '\f' or '\r')).Select(c => (byte)c), 0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D]);

    /// <summary>What programs other than a text editor would act on: tags (HTML, SVG, XML), scripts with their interpreter, PostScript, RTF.</summary>
    public static bool LooksActive(Encoding encoding, ReadOnlySpan<byte> head)
    {
        var lenient = Encoding.GetEncoding(encoding.CodePage);
        var whole = lenient.GetString(head);
        var begin = 0;
        while (begin < whole.Length && (char.IsWhiteSpace(whole[begin]) || whole[begin] is '\uFEFF' or '\u200B' or '\u2060')) begin++;
        var text = whole.AsSpan(begin);
        return text switch
        {
            ['<', '!' or '?' or '/' or '%', ..] => true,
            ['<', var letter, ..] when char.IsAsciiLetter(letter) => true,
            ['#', '!', ..] or ['%', '!', 'P', 'S', ..] or ['{', '\\', 'r', 't', 'f', ..] => true,
            _ => text.StartsWith("%PDF", StringComparison.Ordinal) || text.StartsWith("MIME-Version:", StringComparison.OrdinalIgnoreCase),
        };
    }
}
