using System.Buffers.Binary;
using System.Text;

namespace Consilium.Tests.Modules.Files;

/// <summary>A file that means no good, and what is to become of it.</summary>
/// <param name="Decision">The media type it is stored as, or the code of its refusal (415).</param>
internal sealed record HostileFile(string What, byte[] Content, string? Type, string Decision, string Name = "file");

/// <summary>
/// Files made to harm whoever stores, decodes, opens or serves them. What is stored is harmless while it lies: nothing decodes it in the server,
/// and nothing serves it but as a download of the type that stands here.
/// </summary>
internal static class HostileFiles
{
    const string Unsupported = "unsupported_media_type";
    const string Contradicts = "content_contradicts_type";
    const string Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    const string Html = "<html><body><script>alert(1)</script></body></html>";
    const string Svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

    static readonly byte[] Jpeg = File.ReadAllBytes(DecoderParts.Fixture("held-upright.jpg"));
    static readonly byte[] Png = File.ReadAllBytes(DecoderParts.Fixture("icon.png"));
    static readonly byte[] Pdf = File.ReadAllBytes(DecoderParts.Fixture("ten-pages.pdf"));
    static readonly byte[] Exe = [.. "MZ"u8, 0x90, 0, 3, 0, 0, 0, .. new byte[56], .. "PE\0\0"u8, .. new byte[64]];

    public static IReadOnlyList<HostileFile> All { get; } = [.. Pictures(), .. Polyglots(), .. Markup(), .. Programs(), .. Packages(), .. Papers(), .. Media(), .. Texts()];

    static IEnumerable<HostileFile> Pictures() =>
    [
        new("a PNG of 400 million pixels", HostilePictures.Png(20_000, 20_000), "image/png", "image/png"),
        new("a PNG that says it is larger than any memory", HostilePictures.Png(0x7FFFFFFF, 0x7FFFFFFF, rows: 1), null, "image/png"),
        new("a PNG that says it has no size", HostilePictures.Png(0, 0, rows: 1), null, "image/png"),
        new("a PNG with text that unpacks to 50 MB", HostilePictures.Png(1, 1, null, ("zTXt", [.. "a\0\0"u8, .. HostilePictures.Deflated(50_000_000)])), null, "image/png"),
        new("a PNG without its header", Png[..8], "image/png", Unsupported),
        new("a PNG with another chunk first", HostilePictures.Png(1, 1).With("IHDR", "IEND"), "image/png", Unsupported),
        new("half a PNG", Png[..(Png.Length / 2)], "image/png", "image/png"),
        new("a GIF of 65535 × 65535 with 1000 frames", HostilePictures.Gif(65_535, 65_535, 1000), "image/gif", "image/gif"),
        new("a GIF whose frame is larger than it", HostilePictures.Gif(1, 1, 1, frameSize: 65_535), "image/gif", "image/gif"),
        new("a GIF without a frame", "GIF89a\u0001\0\u0001\0\0\0\0;"u8.ToArray(), "image/gif", Unsupported),
        new("the name of a GIF", "GIF89a"u8.ToArray(), "image/gif", Unsupported),
        new("half a JPEG", Jpeg[..(Jpeg.Length / 2)], "image/jpeg", "image/jpeg"),
        new("four bytes of a JPEG", Jpeg[..4], "image/jpeg", Unsupported),
        new("a JPEG whose first segment is longer than the file", [0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF, 0], "image/jpeg", Unsupported),
        new("a WebP that says it is longer", [.. "RIFF"u8, 0xFF, 0xFF, 0xFF, 0x7F, .. "WEBPVP8 "u8, 0, 0], "image/webp", Unsupported),
        new("an AVIF that has only its brand", Specimens.Ftyp("avif"), "image/avif", Unsupported),
        new("a HEIC whose first box is larger than it", [0, 0, 4, 0, .. "ftypheic"u8, 0, 0, 0, 0], "image/heic", Unsupported),
        new("a JPEG called PNG", Jpeg, "image/png", Contradicts),
        new("a PNG called SVG", Png, "image/svg+xml", Contradicts),
        new("a BMP", [.. "BM"u8, 70, 0, 0, 0, 0, 0, 0, 0, .. new byte[60]], "image/bmp", Unsupported),
        new("a TIFF", [.. "II*\0"u8, 8, 0, 0, 0, .. new byte[16]], "image/tiff", Unsupported),
        new("an icon", [0, 0, 1, 0, 1, 0, .. new byte[16]], "image/x-icon", Unsupported),
    ];

    static IEnumerable<HostileFile> Polyglots()
    {
        byte[] gifScript = [.. "GIF89a"u8, (byte)'/', (byte)'*', 1, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 0, .. "*/=1;alert(1)//"u8, 0x3B];
        var pdfPage = Encoding.ASCII.GetBytes($"%PDF-1.7\n{Html}\n%%EOF");
        return
        [
            new("a GIF that is a script", gifScript, "image/gif", "image/gif"),
            new("a GIF that is a script, called one", gifScript, "text/javascript", Contradicts),
            new("a GIF that is a script, named one", gifScript, "image/gif", Unsupported, "a.js"),
            new("a script that begins like a GIF", "GIF89a=1;alert(1)//////////"u8.ToArray(), "image/gif", Unsupported),
            new("a script that begins like a GIF, as text", "GIF89a=1;alert(1)//////////"u8.ToArray(), "text/plain", Unsupported),
            new("a PDF that is a page", pdfPage, "application/pdf", "application/pdf"),
            new("a PDF that is a page, called one", pdfPage, "text/html", Contradicts),
            new("a page that is a PDF further on", [.. "<!--"u8, .. Pdf], "application/pdf", Unsupported),
            new("a PDF after an empty line", "\n%PDF-1.7\ntext"u8.ToArray(), "application/pdf", "application/pdf"),
            new("a page after a mark, and a PDF", [0xEF, 0xBB, 0xBF, .. "<html>"u8, .. Pdf], "application/pdf", Unsupported),
            new("a page after words, and a PDF", [.. "Look: <script>alert(1)</script>"u8, .. Pdf], "application/pdf", Unsupported),
            new("a script that is a PDF further on", [.. "#!/bin/sh\n"u8, .. Pdf], "application/pdf", Unsupported),
            new("a program that is a PDF further on", [.. Exe[..2], .. new byte[62], .. Pdf], "application/pdf", Unsupported),
            new("an archive that is a PDF further on", [.. "Rar!\u001a\u0007\u0000"u8, .. Pdf], "application/pdf", Unsupported),
            new("a broken picture that is a PDF further on", [0x89, 0x50, 0x4E, 0x47, .. Pdf], "application/pdf", Unsupported),
            new("mail that is a PDF further on", [.. "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n"u8, .. Pdf], "application/pdf", Unsupported),
            new("a PDF too far on", [.. Enumerable.Repeat((byte)1, 1024), .. Pdf], "application/pdf", Unsupported),
            new("a JPEG that is a ZIP", [.. Jpeg, .. Specimens.Zip(("a.exe", Exe))], "image/jpeg", "image/jpeg"),
            new("a JPEG that is a ZIP, called Word", [.. Jpeg, .. Specimens.Docx()], Docx, Contradicts),
            new("a PNG with a page behind it", [.. Png, .. Encoding.ASCII.GetBytes(Html)], "image/png", "image/png"),
            new("a Word file with a program before it", [.. Exe, .. Specimens.Docx()], Docx, Unsupported),
            new("a Word file with a program behind it", [.. Specimens.Docx(), .. Exe], Docx, Unsupported),
        ];
    }

    static IEnumerable<HostileFile> Markup()
    {
        foreach (var type in (string?[])["text/html", "text/plain", "text/csv", "image/png", "application/pdf", null])
            yield return new($"HTML as {type}", Encoding.ASCII.GetBytes(Html), type, Unsupported);
        foreach (var type in (string?[])["image/svg+xml", "image/png", "text/plain", null])
            yield return new($"SVG with a script as {type}", Encoding.ASCII.GetBytes(Svg), type, Unsupported);
        yield return new("text named SVG", "plain"u8.ToArray(), "text/plain", Unsupported, "a.svg");
        yield return new("text named HTML", "plain"u8.ToArray(), "text/plain", Unsupported, "a.HTML");
        yield return new("HTML behind a mark and space", [0xEF, 0xBB, 0xBF, .. " \r\n\t"u8, .. Encoding.ASCII.GetBytes(Html)], "text/plain", Unsupported);
        yield return new("HTML in UTF-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Html)], "text/plain", Unsupported);
        yield return new("HTML that begins with a comment", Encoding.ASCII.GetBytes($"<!-- a -->{Html}"), "text/plain", Unsupported);
        yield return new("XML", "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>"u8.ToArray(), "text/plain", Unsupported);
        yield return new("PHP", "<?php system($_GET[0]);"u8.ToArray(), "text/plain", Unsupported);
        yield return new("a server page", "<%= 1 %>"u8.ToArray(), "text/plain", Unsupported);
        yield return new("a saved web page", Encoding.ASCII.GetBytes($"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n{Html}"), "text/plain", Unsupported);
        yield return new("RTF", @"{\rtf1{\object\objdata 00}}"u8.ToArray(), "text/plain", Unsupported);
        yield return new("PostScript", "%!PS\n(a) run"u8.ToArray(), "text/plain", Unsupported);
    }

    static IEnumerable<HostileFile> Programs() =>
    [
        new("a program", Exe, null, Unsupported),
        new("a program called PDF", Exe, "application/pdf", Unsupported, "bill.pdf"),
        new("a program for Linux", [0x7F, .. "ELF"u8, 2, 1, 1, .. new byte[60]], "application/octet-stream", Unsupported),
        new("a program for macOS", [0xCF, 0xFA, 0xED, 0xFE, 7, 0, 0, 1, .. new byte[24]], null, Unsupported),
        new("a class of Java", [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 52, .. new byte[24]], null, Unsupported),
        new("a script with its interpreter", "#!/bin/sh\nrm -rf /"u8.ToArray(), "text/plain", Unsupported),
        new("a link of Windows", [0x4C, 0, 0, 0, 1, 0x14, 2, 0, .. new byte[60]], null, Unsupported),
        new("an old Word file, which may hold macros", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[504]], "application/msword", Unsupported),
        .. ((string[])["a.exe", "a.pdf.exe", "a.png\u200b.scr", "photo_\u202Egnp.bat", "a.cmd. . ", "a.ps1", "a.vbs", "a.jar", "a.hta", "a.lnk", "a.app", "a.sh"])
            .Select(name => new HostileFile($"text named {name}", "plain"u8.ToArray(), "text/plain", Unsupported, name)),
    ];

    static IEnumerable<HostileFile> Packages()
    {
        var zeros = new byte[50_000_000];
        var two = Specimens.Docx(("word/a.xml", "a"u8.ToArray()), ("word/b.xml", "b"u8.ToArray()));
        return
        [
            new("a ZIP", Specimens.Zip(("a.txt", "a"u8.ToArray())), "application/zip", Unsupported),
            new("a ZIP called Word", Specimens.Zip(("a.txt", "a"u8.ToArray())), Docx, Unsupported),
            new("a ZIP in a ZIP", Specimens.Zip(("a.zip", Specimens.Zip(("b.zip", Specimens.Zip(("c", Exe)))))), null, Unsupported),
            new("a Word file with an archive in it", Specimens.Docx(("word/embeddings/a.zip", Specimens.Zip(("a", Exe)))), Docx, Unsupported),
            new("a Word file with a program in it", Specimens.Docx(("word/embeddings/a.exe", Exe)), Docx, Unsupported),
            new("a Word file with macros", Specimens.Office("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml", ("word/vbaProject.bin", Exe)), Docx, Unsupported),
            new("a Word file that hides its macros", Specimens.Docx(("word/vbaProject.bin", Exe)), Docx, Unsupported),
            new("an Excel file with macros", Specimens.Office("xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"), Xlsx, Unsupported),
            new("an Excel file with controls", Specimens.Xlsx(("xl/activeX/activeX1.bin", Exe)), Xlsx, Unsupported),
            new("a presentation", Specimens.Office("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"), null, Unsupported),
            new("a Word file without its document", Specimens.Office($"<Types><Override PartName=\"/no.xml\" ContentType=\"{Docx}.main+xml\"/></Types>"), Docx, Unsupported),
            new("an Excel file called Word", Specimens.Xlsx(), Docx, Contradicts),
            new("a Word file that unpacks to 50 MB", Specimens.Docx(("word/a.xml", zeros)), Docx, Unsupported),
            new("an Excel file of ten entries that unpack to 50 MB", Specimens.Xlsx([.. Enumerable.Range(0, 10).Select(i => ($"xl/{i}.xml", zeros[..5_000_000]))]), Xlsx, Unsupported),
            new("a list of parts that unpacks to 50 MB", Specimens.Zip(("[Content_Types].xml", zeros), ("_rels/.rels", [])), Docx, Unsupported),
            new("a list of parts that unpacks to more than it says", Lying(Specimens.Zip(("[Content_Types].xml", zeros[..100_000]), ("_rels/.rels", []))), Docx, Unsupported),
            new("a list of parts that laughs a billion times", Specimens.Office("<!DOCTYPE a [<!ENTITY b \"haha\"><!ENTITY c \"&b;&b;&b;&b;\">]><Types>&c;</Types>"), Docx, Unsupported),
            new("a list of parts that reads a file", Specimens.Office("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><Types>&b;</Types>"), Docx, Unsupported),
            new("65 000 entries", Specimens.Docx([.. Enumerable.Range(0, 65_000).Select(i => ($"{i}", Array.Empty<byte>()))]), Docx, Unsupported),
            new("a directory that says it has too many entries to count", Patched(two, (-14, 0xFFFF), (-12, 0xFFFF), (-10, 0xFFFF), (-8, 0xFFFF), (-6, 0xFFFF), (-4, 0xFFFF)), Docx, Unsupported),
            new("a directory that says it has fewer entries", Patched(two, (-14, 4), (-12, 4)), Docx, Unsupported),
            new("a directory that is elsewhere", Patched(two, (-6, 1)), Docx, Unsupported),
            new("a directory with a comment that is a file", [.. two[..^2], (byte)Exe.Length, 0, .. Exe], Docx, Unsupported),
            new("two entries in one place", Overlapping(two), Docx, Unsupported),
            new("an entry that is locked", WithByte(two, at: 8, 1), Docx, Unsupported),
            new("an entry packed in another way", WithByte(two, at: 10, 99), Docx, Unsupported),
            new("an entry above its folder", Specimens.Docx(("../../evil.xml", [])), Docx, Unsupported),
            new("an entry at the root", Specimens.Docx(("/etc/evil.xml", [])), Docx, Unsupported),
            new("an entry with backslashes", Specimens.Docx(("..\\evil.xml", [])), Docx, Unsupported),
            new("two entries of one name", Specimens.Docx(("word/a.xml", []), ("word/A.xml", [])), Docx, Unsupported),
            new("an entry with two names", two.With("word/a.xmlPK", "word/c.xmlPK"), Docx, Unsupported),
            new("half a Word file", two[..(two.Length / 2)], Docx, Unsupported),
            new("nothing but an end", [.. "PK\u0005\u0006"u8, .. new byte[18]], Docx, Unsupported),
            new("RAR", [.. "Rar!\u001a\u0007\u0001\0"u8, .. new byte[24]], null, Unsupported),
            new("7z", [.. "7z"u8, 0xBC, 0xAF, 0x27, 0x1C, .. new byte[24]], null, Unsupported),
            new("gzip", [0x1F, 0x8B, 8, 0, .. new byte[24]], "application/gzip", Unsupported),
        ];
    }

    static IEnumerable<HostileFile> Papers() =>
    [
        new("a PDF that unpacks to 100 MB", HostilePapers.Bomb(100_000_000), "application/pdf", "application/pdf"),
        new("a PDF that runs a script", HostilePapers.Page(catalog: "/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "application/pdf", "application/pdf"),
        new("half a PDF", Pdf[..(Pdf.Length / 2)], "application/pdf", "application/pdf"),
        new("a PDF of no version", "%PDF-x\n"u8.ToArray(), "application/pdf", Unsupported),
        new("a PDF called text", Pdf, "text/plain", Contradicts),
        new("text called PDF", "plain"u8.ToArray(), "application/pdf", Contradicts),
    ];

    static IEnumerable<HostileFile> Media() =>
    [
        new("a film", Specimens.Mp4("vide", "isom"), "video/mp4", Unsupported),
        new("a film called sound", Specimens.Mp4("vide"), "audio/mp4", Unsupported),
        new("a film of QuickTime", Specimens.Mp4("soun", "qt  "), null, Unsupported),
        new("sound cut before its tracks", Specimens.Mp4()[..40], "audio/mp4", Unsupported),
        new("a film in WebM", Specimens.WebM(track: 1), "audio/webm", Unsupported),
        new("Matroska", Specimens.WebM(type: "matroska"), null, Unsupported),
        new("a film in Ogg", Specimens.Ogg("\u0080theora"), "audio/ogg", Unsupported),
        new("AVI", Specimens.Wav("AVI "), null, Unsupported),
        new("a tag without sound", [.. "ID3"u8, 4, 0, 0, 0, 0, 1, 0, .. new byte[500]], "audio/mpeg", Unsupported),
        new("a tag longer than the file", [.. "ID3"u8, 4, 0, 0, 0x7F, 0x7F, 0x7F, 0x7F, .. new byte[500]], "audio/mpeg", Unsupported),
        new("one frame and then a program", [.. Specimens.Mp3()[..417], .. Exe], "audio/mpeg", Unsupported),
    ];

    static IEnumerable<HostileFile> Texts() =>
    [
        new("EICAR, where there is no scanner", @"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"u8.ToArray(), "text/plain", "text/plain"),
        new("a table with a formula", "a,b\r\n=cmd|' /C calc'!A0,@SUM(1)\r\n"u8.ToArray(), "text/csv", "text/csv", "a.csv"),
        new("tags in UTF-7", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"u8.ToArray(), "text/plain", "text/plain"),
        new("tags in overlong UTF-8", [.. "see here: "u8, 0xC0, 0xBC, .. "script"u8, 0xC0, 0xBE], "text/plain", "text/plain"),
        new("text with NUL", "a\0b"u8.ToArray(), "text/plain", Unsupported),
        new("text that steers a terminal", "a\u001b]0;b\u0007"u8.ToArray(), "text/plain", Unsupported),
        new("bytes of no kind", [0xFF, 0xFD, 0xE9, 0xC4, 0xD6], null, Unsupported),
        new("half a pair in UTF-16", [0xFF, 0xFE, 0x3D, 0xD8, 0x61, 0], "text/plain", Unsupported),
    ];

    /// <summary>Says of its first entry, in both places, that it unpacks to ten bytes.</summary>
    static byte[] Lying(byte[] zip)
    {
        var lying = zip.ToArray();
        var directory = (int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(zip.Length - 6));
        BinaryPrimitives.WriteUInt32LittleEndian(lying.AsSpan(22), 10);
        BinaryPrimitives.WriteUInt32LittleEndian(lying.AsSpan(directory + 24), 10);
        return lying;
    }

    /// <summary>Changes words of the end of the directory.</summary>
    static byte[] Patched(byte[] zip, params (int FromEnd, ushort Value)[] words)
    {
        var patched = zip.ToArray();
        foreach (var (fromEnd, value) in words) BinaryPrimitives.WriteUInt16LittleEndian(patched.AsSpan(zip.Length + fromEnd), value);
        return patched;
    }

    /// <summary>The last entry of the directory points to the place of the first.</summary>
    static byte[] Overlapping(byte[] zip)
    {
        var overlapping = zip.ToArray();
        var last = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        overlapping.AsSpan(last + 42, 4).Clear();
        return overlapping;
    }

    /// <summary>Changes one byte of the directory's first entry.</summary>
    static byte[] WithByte(byte[] zip, int at, byte value)
    {
        var changed = zip.ToArray();
        changed[(int)BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(zip.Length - 6)) + at] = value;
        return changed;
    }
}
