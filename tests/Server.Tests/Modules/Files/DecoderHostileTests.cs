using System.Security.Cryptography;
using System.Text;
using Consilium.Modules.Files;
using Decoder = Consilium.Modules.Files.Decoder;

namespace Consilium.Tests.Modules.Files;

/// <summary>Files that are made to break a decoder: each is decided, and the decoder that comes after is as good as new.</summary>
public sealed class DecoderHostileTests
{
    const string Svg = """<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><script>fetch('http://127.0.0.1/')</script><rect width="100" height="100"/></svg>""";

    readonly Decoder decoder = DecoderParts.Shared;

    static readonly Dictionary<string, (string MediaType, Func<byte[]> Content, DecodeFailure?[] Verdicts)> Files = new(StringComparer.Ordinal)
    {
        ["PNG of 900 million pixels"] = Png(() => HostilePictures.Png(30_000, 30_000), DecodeFailure.TooLarge),
        ["PNG of more pixels than there are numbers"] = Png(() => HostilePictures.Png(0x7fffffff, 0x7fffffff, 10), DecodeFailure.TooLarge, DecodeFailure.Broken),
        ["PNG wider than any side may be"] = Png(() => HostilePictures.Png(30_001, 1), DecodeFailure.TooLarge),
        ["PNG just below the limit"] = Png(() => HostilePictures.Png(7_071, 7_071), [null]),
        ["PNG with half its rows"] = Png(() => HostilePictures.Png(500, 500, 250), DecodeFailure.Broken),
        ["PNG with far more rows than it says"] = Png(() => HostilePictures.Png(100, 100, 20_000_000), [null, DecodeFailure.Broken]),
        ["PNG without width"] = Png(() => HostilePictures.Png(0, 100), DecodeFailure.Broken),
        ["PNG with a text that unpacks to 200 MB"] = Png(() => HostilePictures.Png(10, 10, null, ("zTXt", [.. "a\0\0"u8, .. HostilePictures.Deflated(200_000_000)])), [null, DecodeFailure.Broken]),
        ["PNG with a profile that unpacks to 200 MB"] = Png(() => HostilePictures.Png(10, 10, null, ("iCCP", [.. "a\0\0"u8, .. HostilePictures.Deflated(200_000_000)])), [null, DecodeFailure.Broken]),
        ["PNG cut off"] = Png(() => Cut("stamp.png"), DecodeFailure.Broken),
        ["PNG with wrong checksums"] = Png(() => HostilePictures.Png(100, 100).With("IDAT", "IDAU"), DecodeFailure.Broken),
        ["SVG that says it is PNG"] = Png(() => Encoding.UTF8.GetBytes(Svg), DecodeFailure.Broken),
        ["PNG with an SVG behind it"] = Png(() => [.. Fixture("icon.png"), .. Encoding.UTF8.GetBytes(Svg)], [null]),
        ["JPEG that says it is PNG"] = Png(() => Fixture("held-upright.jpg"), DecodeFailure.Broken),
        ["GIF canvas of 4 thousand million pixels"] = ("image/gif", () => HostilePictures.Gif(65_535, 65_535, 1, 65_535), [DecodeFailure.TooLarge]),
        ["GIF canvas of 4 thousand million pixels for a frame of one"] = ("image/gif", () => HostilePictures.Gif(65_535, 65_535, 1), [null, DecodeFailure.TooLarge]),
        ["GIF of 200 000 frames"] = ("image/gif", () => HostilePictures.Gif(100, 100, 200_000), [DecodeFailure.TooLarge]),
        ["GIF cut off"] = ("image/gif", () => Cut("signal.gif"), [null, DecodeFailure.Broken]),
        ["GIF without frames"] = ("image/gif", () => HostilePictures.Gif(100, 100, 0), [DecodeFailure.Broken]),
        ["JPEG cut off"] = ("image/jpeg", () => Cut("held-upright.jpg"), [DecodeFailure.Broken]),
        ["JPEG that says 65000 by 65000"] = ("image/jpeg", () => Fixture("held-upright.jpg").With("\u0005\u00e8\u0007\u00e0", "\u00fd\u00e8\u00fd\u00e8"), [DecodeFailure.TooLarge]),
        ["PNG that says it is JPEG"] = ("image/jpeg", () => Fixture("stamp.png"), [DecodeFailure.Broken]),
        ["WebP cut off"] = ("image/webp", () => Cut("letter.webp"), [DecodeFailure.Broken]),
        ["WebP with noise in the middle"] = ("image/webp", () => Noisy("letter.webp"), [null, DecodeFailure.Broken]),
        ["AVIF cut off"] = ("image/avif", () => Cut("letter.avif"), [DecodeFailure.Broken]),
        ["AVIF with noise in the middle"] = ("image/avif", () => Noisy("letter.avif"), [null, DecodeFailure.Broken]),
        ["AVIF that says it is HEIC"] = ("image/heic", () => Fixture("letter.avif").With("avif", "heic").With("av01", "hvc1").With("av1C", "hvcC"), [DecodeFailure.Unsupported, DecodeFailure.Broken]),
        ["PDF with an enormous page"] = Pdf(() => HostilePapers.Page(box: "[0 0 1000000000 1000000000]"), [null]),
        ["PDF with a page like a thread"] = Pdf(() => HostilePapers.Page(box: "[0 0 0.001 1000000]"), [null, DecodeFailure.Broken]),
        ["PDF with a page of no size"] = Pdf(() => HostilePapers.Page(box: "[0 0 0 0]"), [null, DecodeFailure.Broken]),
        ["PDF with a page turned inside out"] = Pdf(() => HostilePapers.Page(box: "[595 842 -1e38 -1e38]"), [null, DecodeFailure.Broken]),
        ["PDF that unpacks to a gigabyte"] = Pdf(() => HostilePapers.Bomb(1_000_000_000), DecodeFailure.TooMuchMemory),
        ["PDF with a picture of 10 thousand million pixels"] = Pdf(() => HostilePapers.Picture(100_000, 100_000, 100_000_000), [null, DecodeFailure.Broken, DecodeFailure.TooMuchMemory]),
        ["PDF with a picture of 300 MB"] = Pdf(() => HostilePapers.Picture(10_000, 10_000, 300_000_000), [null, DecodeFailure.Broken, DecodeFailure.TooMuchMemory]),
        ["PDF that starts programs"] = Pdf(() => HostilePapers.Page(catalog: "/OpenAction << /S /Launch /F (/bin/sh) /Next << /S /JavaScript /JS (app.launchURL('http://127.0.0.1/')) >> >>"), [null]),
        ["PDF that is its own page tree"] = Pdf(() => HostilePapers.Pdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] >>"]), [null, DecodeFailure.Broken]),
        ["PDF of two thousand million pages that are not there"] = Pdf(() => HostilePapers.Pdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 2000000000 /Kids [] >>"]), DecodeFailure.Broken),
        ["PDF whose tables point at each other"] = Pdf(() => HostilePapers.Pdf(["<< /Type /Catalog /Pages 2 0 R >>"], "/Root 1 0 R /Prev 9"), DecodeFailure.Broken),
        ["PDF of brackets"] = Pdf(() => HostilePapers.Page(new string('[', 1_000_000)), [null, DecodeFailure.Broken]),
        ["PDF of brackets in its catalogue"] = Pdf(() => HostilePapers.Page(catalog: "/A " + new string('[', 1_000_000)), [null, DecodeFailure.Broken]),
        ["PDF with a drawing that draws itself"] = Pdf(() => HostilePapers.Page("/X Do", page: "/Resources << /XObject << /X 5 0 R >> >>",
            more: ["<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Length 5 >>\nstream\n/X Do\nendstream"]), [null]),
        ["PDF with a drawing that draws another, and so on"] = Pdf(HostilePapers.DrawnOver, DecodeFailure.TooMuchMemory, DecodeFailure.TooSlow),
        ["PDF with a password"] = Pdf(() => HostilePapers.Pdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 0 /Kids [] >>",
            $"<< /Filter /Standard /V 1 /R 2 /P -4 /O ({new string('o', 32)}) /U ({new string('u', 32)}) >>"], "/Root 1 0 R /Encrypt 3 0 R /ID [(0123456789abcdef) (0123456789abcdef)]"), DecodeFailure.Unsupported),
        ["PDF cut off"] = Pdf(() => Cut("ten-pages.pdf"), [null, DecodeFailure.Broken]),
        ["PDF with noise in the middle"] = Pdf(() => Noisy("scanned.pdf"), [null, DecodeFailure.Broken]),
        ["PDF that is a picture"] = Pdf(() => Fixture("held-upright.jpg"), DecodeFailure.Broken),
        ["text that is all zeros"] = ("text/plain", () => new byte[20_000_000], [null]),
        ["text that is noise"] = ("text/plain", () => RandomNumberGenerator.GetBytes(1_000_000), [null]),
    };

    public static TheoryData<string> Names => [.. Files.Keys];

    public static TheoryData<string> Pictures => ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/heic", "application/pdf"];

    [DecoderTheory]
    [MemberData(nameof(Names))]
    public async Task A_hostile_file_is_decided(string name)
    {
        var (mediaType, content, verdicts) = Files[name];
        var decoded = await decoder.DecodeAsync(content(), mediaType);
        verdicts.ShouldContain(decoded.Failure);
        if (decoded.Failure is null && !mediaType.StartsWith("text", StringComparison.Ordinal)) (await DecoderParts.LookAtAsync(decoded.Thumbnail!)).Width.ShouldBeInRange(1, 200);
    }

    [DecoderTheory]
    [MemberData(nameof(Pictures))]
    public async Task Nothing_at_all_is_broken(string mediaType) => (await decoder.DecodeAsync([], mediaType)).Failure.ShouldBe(DecodeFailure.Broken);

    [DecoderTheory]
    [MemberData(nameof(Pictures))]
    public async Task Noise_is_broken(string mediaType) =>
        (await decoder.DecodeAsync(RandomNumberGenerator.GetBytes(100_000), mediaType)).Failure.ShouldBe(DecodeFailure.Broken);

    [DecoderFact]
    public async Task An_empty_text_has_no_page()
    {
        var decoded = await decoder.DecodeAsync([], "text/plain");
        decoded.Failure.ShouldBeNull();
        decoded.Pages.ShouldBeEmpty();
    }

    [DecoderFact]
    public async Task Of_a_PDF_of_many_pages_the_first_500_are_read_and_the_rest_is_marked()
    {
        var decoded = await decoder.DecodeAsync(HostilePapers.Pages(600, "few words"), "application/pdf");
        (decoded.Failure, decoded.PageCount, decoded.Pages.Count).ShouldBe((null, 600, 501));
        decoded.Pages[499].ShouldBe(new PageText(500, "few words"));
        decoded.Pages[500].ShouldBe(new PageText(501, "[…]"));
    }

    [DecoderFact]
    public async Task Of_a_PDF_of_many_words_a_million_characters_are_read()
    {
        var decoded = await decoder.DecodeAsync(HostilePapers.Pages(60, string.Concat(Enumerable.Repeat("many words ", 2_500))), "application/pdf");
        decoded.Failure.ShouldBeNull();
        decoded.Pages.ShouldAllBe(page => page.Text.Length <= 20_000 && page.Text.EndsWith("[…]"));
        decoded.Pages.Sum(page => page.Text.Length).ShouldBeInRange(990_000, 1_000_010);
    }

    static (string, Func<byte[]>, DecodeFailure?[]) Png(Func<byte[]> content, params DecodeFailure?[] verdicts) => ("image/png", content, verdicts);

    static (string, Func<byte[]>, DecodeFailure?[]) Pdf(Func<byte[]> content, params DecodeFailure?[] verdicts) => ("application/pdf", content, verdicts);

    static byte[] Fixture(string name) => File.ReadAllBytes(DecoderParts.Fixture(name));

    static byte[] Cut(string name) => Fixture(name) is var all ? all[..(all.Length / 2)] : [];

    static byte[] Noisy(string name)
    {
        var bytes = Fixture(name);
        RandomNumberGenerator.Fill(bytes.AsSpan(bytes.Length / 2, 500));
        return bytes;
    }
}
