using System.Text;
using Consilium.Modules.Files;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Net.Http.Headers;

namespace Consilium.Tests.Modules.Files;

/// <summary>Names as people write them stay; what could deceive the eye, a terminal or a file system goes.</summary>
public sealed class FileNameTests
{
    [Theory]
    [InlineData("Befund März.pdf")]
    [InlineData("診断書.pdf")]
    [InlineData("صورة.jpg")]
    [InlineData("תמונה.jpg")]
    [InlineData("фото.png")]
    [InlineData("รูปภาพ.png")]
    [InlineData("प्रतिवेदन.docx")]
    [InlineData("👩🏽.png")]
    [InlineData("❤️.png")]
    [InlineData("a \"b\" <c> 'd' 100% #1 ; e=f.txt")]
    [InlineData("no extension")]
    [InlineData("two.dots.tar")]
    public void Names_of_people_stay_as_they_are(string name) => FileName.Clean(name).ShouldBe(name);

    [Theory]
    [InlineData("", "file")]
    [InlineData(" ", "file")]
    [InlineData(".", "file")]
    [InlineData("..", "file")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("..\\..\\boot.ini", "boot.ini")]
    [InlineData("/etc/shadow", "shadow")]
    [InlineData("C:\\Users\\x\\a.png", "a.png")]
    [InlineData("\\\\server\\share\\a.png", "a.png")]
    [InlineData("a/", "file")]
    [InlineData("a.png\0.exe", "a.png.exe")]
    [InlineData("a\r\nSet-Cookie: b=c.png", "aSet-Cookie: b=c.png")]
    [InlineData("a\tb\u001b[31m\u007f\u0085.png", "ab[31m.png")]
    [InlineData("photo_\u202Egnp.exe", "photo_gnp.exe")]
    [InlineData("\u2066a\u2069\u200e\u200f\u061c.png", "a.png")]
    [InlineData("a\u200b\u200c\u200d\u2060\ufeff\u00ad.png", "a.png")]
    [InlineData("a\ufe00\ufe0f\U000E0101\U000E0041.png", "a.png")]
    [InlineData("😀\ufe0f\ufe0f.png", "😀\ufe0f.png")]
    [InlineData("a\u2028\u2029\ue000\ufffe.png", "a.png")]
    [InlineData("a\u3164\u115f\u2800.png", "a.png")]
    [InlineData("bill.pdf\u00a0\u3000      .exe", "bill.pdf .exe")]
    [InlineData("a.exe. . .", "a.exe")]
    [InlineData(" .hidden", "hidden")]
    [InlineData("CON", "_CON")]
    [InlineData("con.txt", "_con.txt")]
    [InlineData("LPT1 .tar.gz", "_LPT1 .tar.gz")]
    [InlineData("COM¹.txt", "_COM¹.txt")]
    [InlineData("context.txt", "context.txt")]
    public void What_deceives_goes(string given, string clean) => FileName.Clean(given).ShouldBe(clean);

    // Not in the data of a theory: half a pair does not survive its way there.
    [Fact]
    public void Half_a_surrogate_pair_goes() => FileName.Clean("a\ud83d.p\ude00ng").ShouldBe("a.png");

    [Fact]
    public void A_long_name_is_cut_between_characters_and_keeps_its_extension()
    {
        FileName.Clean(new string('a', 10_000) + ".png").ShouldBe(new string('a', 251) + ".png");
        FileName.Clean(string.Concat(Enumerable.Repeat("👩🏽", 100)) + ".jpeg").ShouldBe(string.Concat(Enumerable.Repeat("👩🏽", 62)) + ".jpeg");
        FileName.Clean("e" + new string('\u0301', 300)).Length.ShouldBe(255);
        FileName.Clean("a." + new string('b', 300)).Length.ShouldBe(255);
    }

    [Fact]
    public void Whatever_comes_a_name_comes_out_that_is_clean()
    {
        var piece = Gen.OneOf(Gen.Elements("/", "\\", ".", " ", "\u202e", "\ud83d", "\ude00", "é", "e\u0301", "😀", "CON", "\r\n", "\ufe0f", "\u200d"),
            Gen.Choose(0, 0xFFFF).Select(c => ((char)c).ToString()));
        var text = Gen.Choose(0, 300).SelectMany(length => Gen.ArrayOf(piece, length)).Select(string.Concat);
        Prop.ForAll(text.ToArbitrary(), given =>
        {
            var name = FileName.Clean(given);
            name.Length.ShouldBeInRange(1, FileName.MaxLength);
            name.ShouldNotContain('/');
            name.ShouldNotContain('\\');
            name.Any(char.IsControl).ShouldBeFalse();
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(name).ShouldBePositive(); // no half pairs
            FileName.Clean(name).ShouldBe(name);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("form-data; name=\"file\"; filename=\"a.png\"; filename*=UTF-8''%E8%A8%BA%E6%96%AD%2F%2e%2e%2Fb.png", "b.png")]
    [InlineData("form-data; name=\"file\"; filename*=UTF-8''%e2%82%ac%20rates.txt", "€ rates.txt")]
    [InlineData("form-data; name=\"file\"; filename*=UTF-8''%ff%fe.txt", "��.txt")]
    [InlineData("form-data; name=\"file\"; filename=\"a %22b%22.png\"", "a \"b\".png")]
    [InlineData("form-data; name=\"file\"; filename=\"a \\\"b\\\".png\"", "a \"b\".png")]
    [InlineData("form-data; name=\"file\"; filename=\"診断.png\"", "診断.png")]
    [InlineData("form-data; name=\"file\"; filename=plain.png", "plain.png")]
    [InlineData("form-data; name=\"file\"; filename=\"\"", "file")]
    [InlineData("form-data; name=\"file\"", "file")]
    public void The_header_of_a_part_is_read(string header, string name) =>
        FileName.Of(ContentDispositionHeaderValue.Parse(header)).ShouldBe(name);
}
