using System.Text;
using Consilium.Modules.Assistant;
using FsCheck;
using FsCheck.Fluent;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>What providers send becomes the same text however it is cut, and PostgreSQL can keep it.</summary>
public sealed class IncomingTextTests
{
    /// <summary>Not as rows of a theory: half a character does not survive as an attribute.</summary>
    static readonly (string Sent, string Kept)[] Texts =
    [
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\nb"),
        ("a\n\r\n\rb", "a\n\n\nb"),
        ("a\r\r\nb", "a\n\nb"),
        ("the end\r", "the end\n"),
        ("a\0b", "ab"),
        ("\ud83d\udd58", "\ud83d\udd58"),
        ("a\ud83db", "a\ufffdb"),
        ("a\udd58b", "a\ufffdb"),
        ("\ud83d\ud83d\udd58", "\ufffd\ud83d\udd58"),
        ("half\ud83d", "half\ufffd"),
        ("  kept as sent \t ", "  kept as sent \t "),
    ];

    [Fact]
    public void Text_is_made_storable()
    {
        foreach (var (sent, kept) in Texts)
        {
            for (var cut = 0; cut <= sent.Length; cut++) Through(sent[..cut], sent[cut..]).ShouldBe(kept, $"cut at {cut}");
            Through([.. sent.Select(c => c.ToString())]).ShouldBe(kept);
        }
    }

    [Fact]
    public void However_it_is_cut_the_text_is_the_same_and_no_part_splits_a_character()
    {
        var unit = Gen.Elements('a', ' ', '\r', '\n', '\0', '\ud83d', '\udd58', 'é', '語');
        var parts = Gen.ListOf(Gen.ArrayOf(unit).Select(units => new string(units)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Arb.From(parts), cut =>
        {
            string[] sent = [.. cut];
            Through(sent).ShouldBe(Through(string.Concat(sent)));
        }));
    }

    [Fact]
    public void What_waits_is_forgotten_where_the_text_breaks_off()
    {
        var incoming = new IncomingText();
        incoming.Take("it breaks off here\ud83d").ShouldBe("it breaks off here");
        incoming.BreakOff();
        incoming.Take(" and goes on").ShouldBe(" and goes on");
        incoming.End().ShouldBe("");
    }

    static string Through(params string[] parts)
    {
        var incoming = new IncomingText();
        var kept = parts.Select(incoming.Take).Append("").ToList();
        kept[^1] = incoming.End();
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        foreach (var part in kept) strict.GetByteCount(part); // throws at half a character
        return string.Concat(kept);
    }
}
