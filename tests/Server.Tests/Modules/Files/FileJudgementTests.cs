using System.Text;
using Consilium.Modules.Files;

namespace Consilium.Tests.Modules.Files;

/// <summary>What is taken, under all the names by which senders call it. What is not taken: <see cref="HostileFiles"/>.</summary>
public sealed class FileJudgementTests
{
    [Theory]
    [InlineData("held-upright.jpg", "image/jpeg", "image/jpg", "image/pjpeg")]
    [InlineData("stamp.png", "image/png", "image/x-png")]
    [InlineData("signal.gif", "image/gif")]
    [InlineData("letter.webp", "image/webp")]
    [InlineData("letter.avif", "image/avif")]
    [InlineData("letter.heic", "image/heic", "image/heif")]
    [InlineData("ten-pages.pdf", "application/pdf", "application/x-pdf")]
    [InlineData("scanned.pdf", "application/pdf")]
    [InlineData("values.csv", "text/csv", "text/plain", "application/vnd.ms-excel", "application/csv")]
    [InlineData("notes-utf8.txt", "text/plain", "text/markdown")]
    public void Files_are_taken_for_what_they_are(string fixture, string mediaType, params string[] aliases)
    {
        var content = File.ReadAllBytes(DecoderParts.Fixture(fixture));
        foreach (var declared in (string?[])[null, "", "application/octet-stream", mediaType, mediaType.ToUpperInvariant(), .. aliases])
            Judge(content, declared, fixture).Kind.ShouldNotBeNull($"as {declared}").MediaType.ShouldBe(mediaType);
        (Judge(content, "image/tiff", fixture).Refusal?.Code).ShouldBe("content_contradicts_type");
    }

    [Theory]
    [InlineData("audio/mpeg", "audio/mp3")]
    [InlineData("audio/wav", "audio/x-wav", "audio/wave")]
    [InlineData("audio/aac", "audio/aacp")]
    [InlineData("audio/flac", "audio/x-flac")]
    [InlineData("audio/ogg", "application/ogg", "audio/opus")]
    [InlineData("audio/mp4", "audio/x-m4a", "audio/m4a")]
    [InlineData("audio/webm", "video/webm")]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    [InlineData("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    public void Sound_and_papers_are_taken(string mediaType, params string[] aliases)
    {
        byte[][] contents = mediaType switch
        {
            "audio/mpeg" => [Specimens.Mp3(), Specimens.Mp3(tagged: true)],
            "audio/wav" => [Specimens.Wav()],
            "audio/aac" => [Specimens.Aac()],
            "audio/flac" => [Specimens.Flac()],
            "audio/ogg" => [Specimens.Ogg(), Specimens.Ogg("\u0001vorbis")],
            "audio/mp4" => [Specimens.Mp4(), Specimens.Mp4(brand: "mp42"), Specimens.Mp4(brand: "isom")],
            "audio/webm" => [Specimens.WebM()],
            _ => [mediaType.Contains("spread", StringComparison.Ordinal) ? Specimens.Xlsx() : Specimens.Docx(("word/embeddings/table.xlsx", Specimens.Xlsx()))],
        };
        foreach (var content in contents)
            foreach (var declared in (string?[])[null, "application/octet-stream", mediaType, .. aliases])
                Judge(content, declared, "file").Kind.ShouldNotBeNull($"as {declared}").MediaType.ShouldBe(mediaType);
    }

    public static TheoryData<string, byte[]> BeforePdf() => new()
    {
        { "a byte order mark", [0xEF, 0xBB, 0xBF] },
        { "a newline", [.. "\n"u8] },
        { "blanks", [.. "\r\n \t\0\r\n"u8] },
        { "a mark and a newline", [0xEF, 0xBB, 0xBF, .. "\r\n"u8] },
        { "a web server's header", [.. "HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n"u8] },
        { "a printer's commands", [0x1B, .. "%-12345X@PJL SET COPIES=1\r\n@PJL ENTER LANGUAGE=PDF\r\n"u8] },
        { "bytes", [1, 2, 3, 0xC0, 0xFF] },
        { "as much as there may be", [.. Enumerable.Repeat((byte)'x', 1023)] },
        { "words about another version", [.. "No %PDF-x, no %PDF-9.9 "u8] },
    };

    [Theory]
    [MemberData(nameof(BeforePdf))]
    public void A_PDF_may_begin_anywhere_in_the_first_1024_bytes(string before, byte[] bytes)
    {
        byte[] content = [.. bytes, .. File.ReadAllBytes(DecoderParts.Fixture("ten-pages.pdf"))];
        foreach (var declared in (string?[])[null, "application/pdf", "application/octet-stream"])
            Judge(content, declared, "a.pdf").Kind.ShouldNotBeNull(before).MediaType.ShouldBe("application/pdf");
        Judge(content, "text/plain", "a.pdf").Refusal!.Code.ShouldBe("content_contradicts_type");
    }

    [Fact]
    public void A_text_about_PDF_is_a_text()
    {
        Judge("The header of such a file is %PDF-1.7, and further on stands startxref."u8, null, "a.txt").Kind!.MediaType.ShouldBe("text/plain");
        byte[] late = [.. Enumerable.Repeat((byte)'x', 1024), .. HostilePapers.Page(catalog: "")];
        Judge(late, null, "a.txt").Kind!.MediaType.ShouldBe("text/plain");
    }

    [Fact]
    public void Sound_behind_a_tag_is_what_it_is()
    {
        byte[] tag = [.. "ID3"u8, 4, 0, 0, 0, 0, 1, 0, .. new byte[128]];
        foreach (var (content, type) in ((byte[], string)[])
            [(Specimens.Mp3(), "audio/mpeg"), (Specimens.Aac(), "audio/aac"), (Specimens.Flac(), "audio/flac")])
        {
            Judge([.. tag, .. content], type, "a").Kind.ShouldNotBeNull().MediaType.ShouldBe(type);
            Judge([.. tag, .. tag, .. content], null, "a").Kind.ShouldNotBeNull().MediaType.ShouldBe(type);
        }
    }

    [Fact]
    public void Text_is_a_table_when_its_sender_or_its_name_says_so()
    {
        Judge("a;b"u8, null, "values.csv").Kind!.MediaType.ShouldBe("text/csv");
        Judge("a;b"u8, "text/plain", "values.csv").Kind!.MediaType.ShouldBe("text/csv");
        Judge("a;b"u8, "text/csv", "values").Kind!.MediaType.ShouldBe("text/csv");
        Judge("a;b"u8, null, "values.txt").Kind!.MediaType.ShouldBe("text/plain");
    }

    [Theory]
    [InlineData("notes-utf8.txt", "utf-8")]
    [InlineData("notes-utf16le.txt", "utf-16")]
    [InlineData("notes-utf16be.txt", "utf-16")]
    [InlineData("values-windows.csv", "windows-1252")]
    public void The_encoding_of_text_is_found(string fixture, string charset) =>
        Judge(File.ReadAllBytes(DecoderParts.Fixture(fixture)), null, fixture).Kind.ShouldNotBeNull().Charset.ShouldBe(charset);

    [Fact]
    public void Text_is_read_to_its_end_wherever_its_characters_are_cut()
    {
        for (var lead = 65_530; lead < 65_540; lead++)
        {
            var text = Encoding.UTF8.GetBytes(new string('a', lead) + "診断😀");
            Judge(text, null, "a.txt").Kind!.Charset.ShouldBe("utf-8");
            Judge([.. text, 0], null, "a.txt").Kind.ShouldBeNull();
            Judge(text.AsSpan(0, text.Length - 1), null, "a.txt").Kind!.Charset.ShouldBe("windows-1252"); // half a character is none
        }
    }

    static FileJudgement Judge(ReadOnlySpan<byte> content, string? declared, string name)
    {
        var path = DecoderParts.Save(content.ToArray());
        using var staged = new StagedBlob(path, UploadCalls.HashOf(content.ToArray()), content.Length, () => File.Delete(path));
        return FileJudgement.Of(staged, declared, name);
    }
}
