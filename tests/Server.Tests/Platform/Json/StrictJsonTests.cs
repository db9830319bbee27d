using System.Text;
using Consilium.Platform.Json;

namespace Consilium.Tests.Platform.Json;

public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("""{"a":1,"a":2}""", "twice in one object, at byte 8")]
    [InlineData("""{"a":1,"\u0061":2}""", "twice in one object, at byte 8")]
    [InlineData("""{"unknown":{"deep":[{"x":1,"x":1}]}}""", "twice in one object, at byte 28")]
    [InlineData("""{"a":"\u0000"}""", "U+0000")]
    [InlineData("""{"a":"x\\\u0000"}""", "U+0000")]
    [InlineData("""{"a\u0000":1}""", "U+0000")]
    [InlineData("""{"a":"\ud83d"}""", "surrogate")]
    [InlineData("""{"a":"\ude00"}""", "surrogate")]
    [InlineData("""{"a":"\ud83d\ud83d\ude00"}""", "surrogate")]
    [InlineData("""{"a":"\ud83dx"}""", "surrogate")]
    [InlineData("""{"\ud83d":1}""", "surrogate")]
    [InlineData("""{"a":1e999}""", "number")]
    [InlineData("""[11111111111111111111111111111111111111111111111111111111111111111]""", "number")]
    [InlineData("""{"a":1,}""", "not valid JSON")]
    [InlineData("""{"a":1} x""", "not valid JSON")]
    [InlineData("""{"a":1}{}""", "not valid JSON")]
    [InlineData("""/* c */ {}""", "not valid JSON")]
    [InlineData("""{"a":NaN}""", "not valid JSON")]
    [InlineData("""{'a':1}""", "not valid JSON")]
    [InlineData("""{"a":01}""", "not valid JSON")]
    [InlineData("{\"a\":\"line\nbreak\"}", "not valid JSON")]
    [InlineData("""{"a":"\x"}""", "not valid JSON")]
    [InlineData(" ", "not valid JSON")]
    public void Refuses(string body, string because) => StrictJson.Fault(Encoding.UTF8.GetBytes(body)).ShouldNotBeNull().ShouldContain(because);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"a":{"x":1},"b":{"x":1},"x":[{"x":1},{"x":2}]}""")]
    [InlineData("""{"a":"\ud83d\ude00 \u00e9 \\u0000 \\\\"}""")]
    [InlineData("""{"a":"שלום 你好 😀"}""")]
    [InlineData("""{"a":-1.5e300,"b":0.1,"c":9223372036854775807}""")]
    public void Accepts(string body) => StrictJson.Fault(Encoding.UTF8.GetBytes(body)).ShouldBeNull();

    [Fact]
    public void Refuses_bytes_that_are_not_UTF8() => StrictJson.Fault([(byte)'"', 0xED, 0xA0, 0x80, (byte)'"']).ShouldNotBeNull().ShouldContain("UTF-8");

    [Fact]
    public void Refuses_a_byte_order_mark() => StrictJson.Fault([0xEF, 0xBB, 0xBF, (byte)'1']).ShouldNotBeNull().ShouldContain("byte order mark");

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Takes_32_levels(int levels, bool fine) =>
        (StrictJson.Fault(Encoding.UTF8.GetBytes(new string('[', levels) + new string(']', levels))) is null).ShouldBe(fine);
}
