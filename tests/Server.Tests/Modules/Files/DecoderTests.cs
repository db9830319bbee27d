using System.Text;
using Consilium.Modules.Files;
using Decoder = Consilium.Modules.Files.Decoder;

namespace Consilium.Tests.Modules.Files;

public sealed class DecoderTests
{
    readonly Decoder decoder = DecoderParts.Shared;

    [DecoderTheory]
    [InlineData("held-upright.jpg", "image/jpeg", 1512, 2016, 267, "e00000")]
    [InlineData("held-upside.jpg", "image/jpeg", 1512, 2016, 267, "0000e0")]
    [InlineData("stamp.png", "image/png", 640, 480, 150, "e00000")]
    [InlineData("letter.webp", "image/webp", 900, 1200, 267, "e00000")]
    [InlineData("letter.avif", "image/avif", 900, 1200, 267, "e00000")]
    [InlineData("signal.gif", "image/gif", 320, 240, 150, "e00000")]
    public async Task A_picture_gets_a_thumbnail_200_wide_that_stands_upright(string name, string mediaType, int width, int height, int thumbnailHeight, string corner)
    {
        var decoded = await decoder.DecodeAsync(DecoderParts.Fixture(name), mediaType, CancellationToken.None);

        decoded.Failure.ShouldBeNull();
        (decoded.Width, decoded.Height, decoded.PageCount).ShouldBe((width, height, null));
        decoded.Pages.ShouldBeEmpty();
        var seen = await DecoderParts.LookAtAsync(decoded.Thumbnail!, (10, 4));
        (seen.Width, seen.Height).ShouldBe((200, thumbnailHeight));
        seen.Colours[0].ShouldBeColour(corner);
    }

    [DecoderTheory]
    [InlineData("held-upright.jpg", "image/jpeg")]
    [InlineData("stamp.png", "image/png")]
    [InlineData("signal.gif", "image/gif")]
    [InlineData("ten-pages.pdf", "application/pdf")]
    public async Task A_thumbnail_holds_a_picture_and_nothing_else(string name, string mediaType)
    {
        var decoded = await decoder.DecodeAsync(DecoderParts.Fixture(name), mediaType, CancellationToken.None);
        RiffChunks(decoded.Thumbnail!).ShouldBeSubsetOf(["VP8 ", "VP8L", "VP8X", "ALPH"]);
    }

    [Fact]
    public void The_photographs_have_what_a_thumbnail_must_not()
    {
        var photograph = Encoding.Latin1.GetString(File.ReadAllBytes(DecoderParts.Fixture("held-upright.jpg")));
        foreach (var secret in new[] { "Exif\0\0", "PRIVATE-COMMENT", "PRIVATE-XMP", "ICC_PROFILE" }) photograph.ShouldContain(secret);
    }

    [DecoderFact]
    public async Task A_picture_narrower_than_a_thumbnail_stays_as_it_is()
    {
        var decoded = await decoder.DecodeAsync(DecoderParts.Fixture("icon.png"), "image/png", CancellationToken.None);
        var seen = await DecoderParts.LookAtAsync(decoded.Thumbnail!, (50, 50));
        (seen.Width, seen.Height).ShouldBe((48, 32));
        seen.Colours[0].ShouldBeColour("00aa00");
    }

    [DecoderTheory]
    [InlineData("\u00ef\u00bb\u00bf")]
    [InlineData("\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("1023")]
    public async Task A_PDF_that_begins_further_on_is_decoded(string before)
    {
        byte[] bytes = before == "1023" ? [.. Enumerable.Repeat((byte)'x', 1023)] : System.Text.Encoding.Latin1.GetBytes(before);
        var path = DecoderParts.Save([.. bytes, .. File.ReadAllBytes(DecoderParts.Fixture("ten-pages.pdf"))]);

        var decoded = await decoder.DecodeAsync(path, "application/pdf", CancellationToken.None);

        decoded.Failure.ShouldBeNull();
        decoded.PageCount.ShouldBe(10);
        decoded.Thumbnail.ShouldNotBeNull();
        decoded.Pages[2].Text.ShouldContain("Café au lait spots were measured");
    }

    [DecoderFact]
    public async Task The_first_page_of_a_PDF_is_its_thumbnail_and_every_page_has_its_text()
    {
        var decoded = await decoder.DecodeAsync(DecoderParts.Fixture("ten-pages.pdf"), "application/pdf", CancellationToken.None);

        decoded.Failure.ShouldBeNull();
        (decoded.Width, decoded.Height, decoded.PageCount).ShouldBe((null, null, 10));
        decoded.Pages.Select(page => page.Page).ShouldBe(Enumerable.Range(1, 10));
        foreach (var page in decoded.Pages) page.Text.ShouldStartWith($"Page {page.Page} of 10\n");
        decoded.Pages[2].Text.ShouldContain("Café au lait spots were measured");
        decoded.Pages[1].Text.ShouldContain("Здравствуйте");
        decoded.Pages[3].Text.ShouldContain("你好");
        decoded.Pages[5].Text.ShouldContain("שלום");
        var seen = await DecoderParts.LookAtAsync(decoded.Thumbnail!, (10, 4), (90, 90));
        (seen.Width, seen.Height).ShouldBe((200, 283));
        seen.Colours[0].ShouldBeColour("e00000");
        seen.Colours[1].ShouldBeColour("ffffff");
    }

    [DecoderFact]
    public async Task A_scanned_PDF_has_a_thumbnail_and_no_text()
    {
        var decoded = await decoder.DecodeAsync(DecoderParts.Fixture("scanned.pdf"), "application/pdf", CancellationToken.None);
        (decoded.Failure, decoded.PageCount).ShouldBe((null, 1));
        decoded.Pages.ShouldBeEmpty();
        (await DecoderParts.LookAtAsync(decoded.Thumbnail!, (50, 16))).Colours[0].ShouldBeColour("fcfcfc");
    }

    [DecoderTheory]
    [InlineData("values.csv", "text/csv", "nach dem Frühstück")]
    [InlineData("values-windows.csv", "text/csv", "nach dem Frühstück")]
    [InlineData("notes-utf8.txt", "text/plain", "Größe, taille, 身長, рост, ύψος, 👩‍⚕️\nSecond line.")]
    [InlineData("notes-utf16le.txt", "text/plain", "Größe, taille, 身長, рост, ύψος, 👩‍⚕️\nSecond line.")]
    [InlineData("notes-utf16be.txt", "text/plain", "Größe, taille, 身長, рост, ύψος, 👩‍⚕️\nSecond line.")]
    public async Task The_text_of_a_text_file_is_page_1_whatever_its_encoding(string name, string mediaType, string end)
    {
        var decoded = await decoder.DecodeAsync(DecoderParts.Fixture(name), mediaType, CancellationToken.None);
        decoded.Failure.ShouldBeNull();
        decoded.Thumbnail.ShouldBeNull();
        decoded.PageCount.ShouldBeNull();
        var page = decoded.Pages.ShouldHaveSingleItem();
        page.Page.ShouldBe(1);
        page.Text.ShouldEndWith(end);
    }

    [DecoderFact]
    public async Task A_long_text_comes_in_pieces_and_no_line_is_divided()
    {
        var lines = Enumerable.Range(1, 5_000).Select(number => $"{number}, a line of a long table").ToList();
        var decoded = await decoder.DecodeAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)), "text/csv");
        decoded.Pages.Select(page => page.Page).ShouldBe(Enumerable.Range(1, decoded.Pages.Count));
        decoded.Pages.Count.ShouldBeGreaterThan(1);
        string.Join('\n', decoded.Pages.Select(page => page.Text)).Split('\n').ShouldBe(lines);
    }

    [DecoderFact]
    public async Task A_text_beyond_a_million_characters_is_cut_and_says_so_and_no_character_is_divided()
    {
        var decoded = await decoder.DecodeAsync(Encoding.UTF8.GetBytes("x" + string.Concat(Enumerable.Repeat("👩", 1_200_000))), "text/plain");
        decoded.Failure.ShouldBeNull();
        decoded.Pages.ShouldAllBe(page => page.Text.Length <= 20_000 && page.Text.EnumerateRunes().All(rune => rune != System.Text.Rune.ReplacementChar));
        decoded.Pages.Sum(page => page.Text.Length).ShouldBeInRange(990_000, 1_000_010);
        decoded.Pages[^1].Text.ShouldEndWith("[…]");
    }

    [DecoderFact]
    public async Task Text_that_no_database_would_take_is_cleaned()
    {
        var decoded = await decoder.DecodeAsync([.. "a\0b\u0007c\r\n\td"u8, 0xEF, 0xBF, 0xBE, .. "e"u8], "text/plain");
        decoded.Pages.ShouldHaveSingleItem().Text.ShouldBe("abc\n\tde");
    }

    [DecoderTheory]
    [InlineData(1, 30_000, 1, 2000)]
    [InlineData(30_000, 1, 200, 1)]
    [InlineData(300, 30_000, 20, 2000)]
    public async Task However_long_a_picture_is_its_thumbnail_fits_into_200_by_2000(uint width, uint height, int thumbnailWidth, int thumbnailHeight)
    {
        var decoded = await decoder.DecodeAsync(HostilePictures.Png(width, height), "image/png");
        (decoded.Failure, decoded.Width, decoded.Height).ShouldBe((null, (int)width, (int)height));
        var seen = await DecoderParts.LookAtAsync(decoded.Thumbnail!);
        (seen.Width, seen.Height).ShouldBe((thumbnailWidth, thumbnailHeight));
    }

    [DecoderFact]
    public async Task Of_a_HEIC_file_the_size_is_known_and_no_more()
    {
        var decoded = await decoder.DecodeAsync(DecoderParts.Fixture("letter.heic"), "image/heic", CancellationToken.None);
        (decoded.Failure, decoded.Width, decoded.Height, decoded.Thumbnail).ShouldBe((DecodeFailure.Unsupported, 300, 400, null));
    }

    [DecoderTheory]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    [InlineData("image/svg+xml")]
    [InlineData("application/zip")]
    public async Task Other_types_are_not_touched(string mediaType)
    {
        Decoder.Knows(mediaType).ShouldBeFalse();
        (await decoder.DecodeAsync(DecoderParts.Fixture("stamp.png"), mediaType, CancellationToken.None)).ShouldBe(Decoded.Failed(DecodeFailure.Unsupported));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_an_error_of_the_caller() =>
        await Should.ThrowAsync<FileNotFoundException>(() => decoder.DecodeAsync("/nowhere/file", "image/png", CancellationToken.None));

    static List<string> RiffChunks(byte[] webp)
    {
        Encoding.ASCII.GetString(webp, 0, 4).ShouldBe("RIFF");
        Encoding.ASCII.GetString(webp, 8, 4).ShouldBe("WEBP");
        (BitConverter.ToInt32(webp, 4) + 8).ShouldBe(webp.Length);
        var chunks = new List<string>();
        for (var at = 12; at < webp.Length; at += 8 + (BitConverter.ToInt32(webp, at + 4) + 1) / 2 * 2) chunks.Add(Encoding.ASCII.GetString(webp, at, 4));
        return chunks;
    }
}
