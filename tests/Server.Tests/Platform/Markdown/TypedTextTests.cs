using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Consilium.Platform.Markdown;
using FsCheck;
using FsCheck.Fluent;

namespace Consilium.Tests.Platform.Markdown;

/// <summary>What people type is what is seen.</summary>
public sealed partial class TypedTextTests
{
    const string Rel = "rel=\"noopener noreferrer nofollow\"";

    [Theory]
    [InlineData("[Anna]: yes")]
    [InlineData("[1]: https://example.com \"title\"")]
    [InlineData("[^1]: yes")]
    [InlineData("2*3*4")]
    [InlineData("2 *3* 4 and 2 **3** 4")]
    [InlineData("2**3**4 and a*b*c")]
    [InlineData("- 5 °C")]
    [InlineData("+ 5")]
    [InlineData("* no list")]
    [InlineData("*5 and *6")]
    [InlineData("> 38.5")]
    [InlineData(">38.5 <5 mmol")]
    [InlineData("1986. A great year")]
    [InlineData("1) one")]
    [InlineData("# of patients: 5")]
    [InlineData("#1 complaint ##")]
    [InlineData("+49 30 123456")]
    [InlineData("---")]
    [InlineData("***")]
    [InlineData("~~no~~ and ~5")]
    [InlineData("a_b_c __init__ snake_case_name _ _ -_- ^_^")]
    [InlineData("\\* \\_ \\[a] a\\*b\\* \\*c\\*")]
    [InlineData("&amp; &lt; &nbsp; &#8203; &copy; AT&T")]
    [InlineData("| a | b |")]
    [InlineData(": x")]
    [InlineData("[ ] to do [x] done [a][b] [a] (b) ![a] !")]
    [InlineData("[a](javascript:x) [a](/relative) [a]() [](https://example.com) [a](https://user@example.com)")]
    [InlineData("![x](data:image/png;base64,AAAA)")]
    [InlineData("<b>bold</b> <!-- note --> <?php ?> <![CDATA[x]]>")]
    [InlineData("Anna <anna@example.com>, <ftp://example.com>, https://example.com/x_y_z*")]
    [InlineData("it's 5` x 7` and ``a`` and ` b `")]
    [InlineData("(*) required, (*) optional; 5*, 6*")]
    [InlineData("``` not fenced")]
    [InlineData("*[HTML]: an abbreviation")]
    [InlineData("{#id .class} :smile: $x$ H~2~O x^2^ ==a== ++b++")]
    public void What_is_not_plainly_a_mark_is_seen_as_it_was_typed(string typed)
    {
        var html = TypedText.ToHtml(typed);
        html.ShouldStartWith("<p>");
        Seen(html).ShouldBe(typed.Trim(), html);
        Element().Replace(html.Replace("<br />", "", StringComparison.Ordinal), "").ShouldNotContain("<");
        html[3..^4].ShouldNotContain("<em>");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("One\nline\n\n\nanother", "<p>One<br />\nline</p>\n<p>another</p>")]
    [InlineData("no\n-\nyes\n===", "<p>no<br />\n-<br />\nyes<br />\n===</p>")]
    [InlineData("a\r\nb\u2028c", "<p>a<br />\nb<br />\nc</p>")]
    [InlineData("a\n    indented", "<p>a<br />\n    indented</p>")]
    [InlineData("---\ntitle: x\n---", "<p>---<br />\ntitle: x<br />\n---</p>")]
    [InlineData("| a | b |\n|---|---|\n| 1 | 2 |", "<p>| a | b |<br />\n|---|---|<br />\n| 1 | 2 |</p>")]
    [InlineData("**Bold**, *em* and _em_; `x<y`", "<p><strong>Bold</strong>, <em>em</em> and <em>em</em>; <code>x&lt;y</code></p>")]
    [InlineData("(*note*) “**Achtung:**” *\"quoted\"*", "<p>(<em>note</em>) “<strong>Achtung:</strong>” <em>&quot;quoted&quot;</em></p>")]
    [InlineData("_wichtige Sache!_ **3 Tabletten**", "<p><em>wichtige Sache!</em> <strong>3 Tabletten</strong></p>")]
    [InlineData("[a](https://example.com/x?y=1&z)", "<p><a href=\"https://example.com/x?y=1&amp;z\" " + Rel + ">a</a></p>")]
    [InlineData("[a](https://example.com/A_(b)) b", "<p><a href=\"https://example.com/A_(b)\" " + Rel + ">a</a> b</p>")]
    [InlineData("<https://example.com> [m](mailto:a@example.com)",
        "<p><a href=\"https://example.com\" " + Rel + ">https://example.com</a> <a href=\"mailto:a@example.com\" " + Rel + ">m</a></p>")]
    [InlineData("![An X-ray](https://example.com/x.png)", "<p>!<a href=\"https://example.com/x.png\" " + Rel + ">An X-ray</a></p>")]
    [InlineData("see\n```sql\nSELECT *\n  FROM a_b;\n\n```\nand", "<p>see</p>\n<pre><code>SELECT *\n  FROM a_b;\n\n</code></pre>\n<p>and</p>")]
    [InlineData("```\nnever closed", "<p>```<br />\nnever closed</p>")]
    [InlineData("می\u200cخواهم ❤\ufe0f 👩\u200d⚕\ufe0f", "<p>می\u200cخواهم ❤\ufe0f 👩\u200d⚕\ufe0f</p>")]
    [InlineData("a\u202eb\u2066c\u200bd\U000E0041", "<p>abcd</p>")]
    public void Lines_and_plain_marks_are_kept(string typed, string html) => TypedText.ToHtml(typed).ShouldBe(html);

    [Fact]
    public void Nothing_hostile_makes_more_than_the_elements_and_attributes_of_text()
    {
        foreach (var hostile in HostileMarkdown.All.Concat(HostileMarkdown.All.Select(text => $"**a** `b`\n```\n{text}\n```\n{text}")))
        {
            var html = TypedText.ToHtml(hostile);
            Element().Replace(html, "").ShouldNotContain('<', customMessage: hostile);
            Element().Matches(html).Select(m => m.Groups["href"].Value).ShouldAllBe(
                href => href.Length == 0 || href.StartsWith("https://") || href.StartsWith("http://") || href.StartsWith("mailto:"));
        }
    }

    /// <summary>Random texts of signs that mean something to Markdown: everything but the marks is seen, in order.</summary>
    [Fact]
    public void No_text_vanishes()
    {
        string[] parts =
        [
            "*", "**", "_", "`", "[", "]", "](", "(", ")", "<", ">", "&", "\\", "\n", " ", "\n\n", "a", "word", "5", "2.", "- ", "# ", "> ", "|", ":",
            "~~", "---", "===", "    ", "https://example.com", "[a](https://example.com)", "**b**", "é", "👍", "\"", "&amp;", "javascript:x", "[a]: b",
        ];
        var texts = Gen.Elements(parts).ListOf().Select(chosen => string.Concat(chosen)).ToArbitrary();
        Check.One(Seed(), Prop.ForAll(texts, text => Letters(Seen(TypedText.ToHtml(text))) == Letters(text)));
    }

    public static TheoryData<string> Costly() =>
    [
        "[", "![", "](", "[a](", "[](", "[a](<b", "[a](https://", "[*", "*", "*a ", "*a_ ", "*a **b ", "a**b_c* ", "*_",
        "`", "`a``b ", "<", "<http", "<http://a", "```\n", "```a\n", "\n",
        "**a", "_a ",
    ];

    [Theory]
    [MemberData(nameof(Costly))]
    public void Nothing_takes_long(string part)
    {
        var begun = Stopwatch.GetTimestamp();
        foreach (var length in (int[])[20_000, 40_000])
            TypedText.ToHtml(string.Concat(Enumerable.Repeat(part, length / part.Length))).Length.ShouldBeLessThan(10 * length);
        Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    static Config Seed() => Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(40);

    static string Seen(string html) => WebUtility.HtmlDecode(Element().Replace(html, ""));

    /// <summary>Without marks, spaces and addresses, which may be behind their words: what is left of a text must be left of its HTML.</summary>
    static string Letters(string text) => string.Concat(text.Replace("https://example.com", "", StringComparison.Ordinal)
        .Where(c => c is not ('*' or '_' or '`' or '[' or ']' or '(' or ')' or '<' or '>') && !char.IsWhiteSpace(c)));

    [GeneratedRegex("""</?(p|strong|em|code|pre)>|<br />|<a href="(?<href>[^"<>]*)" rel="noopener noreferrer nofollow">|</a>""",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Element();
}
