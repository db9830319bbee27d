using System.Text;
using Consilium.Modules.Files;

namespace Consilium.Tests.Modules.Files;

/// <summary>What is believed of a decoder that a file may have taken over.</summary>
public sealed class DecoderOutputTests
{
    static readonly string WebP = Convert.ToBase64String([.. "RIFF"u8, 40, 0, 0, 0, .. "WEBPVP8 "u8, .. new byte[32]]);

    [Fact]
    public void What_was_found_before_the_end_counts_and_half_a_line_does_not()
    {
        var found = Read($$"""
            {"page_count":3}
            {"thumbnail":"{{WebP}}"}
            {"page":1,"text":"one"}
            {"page":2,"text":"tw
            """).ShouldNotBeNull();
        found.Done.ShouldBeFalse();
        var decoded = found.ToDecoded(DecodeFailure.TooSlow);
        (decoded.Failure, decoded.PageCount, decoded.Thumbnail!.Length).ShouldBe((DecodeFailure.TooSlow, 3, 48));
        decoded.Pages.ShouldBe([new PageText(1, "one")]);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"width":0,"height":5}""")]
    [InlineData("""{"width":99999999999,"height":5}""")]
    [InlineData("""{"page_count":-1}""")]
    [InlineData("""{"thumbnail":"PHN2Zz48L3N2Zz48L3N2Zz48L3N2Zz48L3N2Zz4="}""")]
    [InlineData("""{"thumbnail":"not base64"}""")]
    [InlineData("""{"page":0,"text":"zero"}""")]
    [InlineData("""{"page":1,"text":"\u0000"}""")]
    [InlineData("""{"page":1,"text":"\ud800"}""")]
    [InlineData("{\"page\":2,\"text\":\"b\"}\n{\"page\":1,\"text\":\"a\"}")]
    public void Lies_are_not_believed(string lines) => Read(lines + "\n").ShouldBeNull();

    [Fact]
    public void Nor_is_more_text_than_agreed()
    {
        Read($$"""{"page":1,"text":"{{new string('a', 20_001)}}"}""" + "\n").ShouldBeNull();
        Read(string.Concat(Enumerable.Range(1, 51).Select(page => $$"""{"page":{{page}},"text":"{{new string('a', 20_000)}}"}""" + "\n"))).ShouldBeNull();
    }

    static DecoderOutput.Finding? Read(string lines) => DecoderOutput.Read(Encoding.UTF8.GetBytes(lines));
}
