using System.Diagnostics;
using System.Text.RegularExpressions;
using Consilium.Platform.Markdown;

namespace Consilium.Tests.Platform.Markdown;

/// <summary>What models write is shown as they meant it, and does nothing else.</summary>
public sealed partial class SafeMarkdownTests
{
    const string Rel = "rel=\"noopener noreferrer nofollow\"";

    [Theory]
    [InlineData("Plain", "<p>Plain</p>")]
    [InlineData("One\nline\n\nanother", "<p>One<br />\nline</p>\n<p>another</p>")]
    [InlineData("**bold** *em* ~~gone~~ `x<y`", "<p><strong>bold</strong> <em>em</em> <del>gone</del> <code>x&lt;y</code></p>")]
    [InlineData("# Head", "<h1>Head</h1>")]
    [InlineData("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>")]
    [InlineData("3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>")]
    [InlineData("> said", "<blockquote>\n<p>said</p>\n</blockquote>")]
    [InlineData("```csharp\nvar a = b < c;\n```", "<pre><code>var a = b &lt; c;\n</code></pre>")]
    [InlineData("a|b\n:-:|-:\n1|2", "<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>")]
    [InlineData("می\u200cخواهم ❤\ufe0f 👩\u200d⚕\ufe0f", "<p>می\u200cخواهم ❤\ufe0f 👩\u200d⚕\ufe0f</p>")]
    [InlineData("", "")]
    public void Text_is_shown_as_it_is_meant(string markdown, string html) => SafeMarkdown.ToHtml(markdown).ShouldBe(html);

    [Theory]
    [InlineData("[a](https://example.com/x?y=1&z)", "<p><a href=\"https://example.com/x?y=1&amp;z\" " + Rel + ">a</a></p>")]
    [InlineData("[a](HTTP://example.com \"title\")", "<p><a href=\"HTTP://example.com\" " + Rel + ">a</a></p>")]
    [InlineData("<mail@example.com>", "<p><a href=\"mailto:mail@example.com\" " + Rel + ">mail@example.com</a></p>")]
    [InlineData("<https://example.com>", "<p><a href=\"https://example.com\" " + Rel + ">https://example.com</a></p>")]
    [InlineData("[**a** b](mailto:a@example.com)", "<p><a href=\"mailto:a@example.com\" " + Rel + "><strong>a</strong> b</a></p>")]
    [InlineData("[a][1]\n\n[1]: https://example.com",
        "<p><a href=\"https://example.com\" " + Rel + ">a</a></p>\n<p><a href=\"https://example.com\" " + Rel + ">1</a>: https://example.com</p>")]
    [InlineData("https://example.com", "<p>https://example.com</p>")]
    public void Links_lead_to_the_web_and_to_mail(string markdown, string html) => SafeMarkdown.ToHtml(markdown).ShouldBe(html);

    [Theory]
    [InlineData("[a](javascript:x)", "<p>a</p>")]
    [InlineData("[a](/relative)", "<p>a</p>")]
    [InlineData("[a](//example.com)", "<p>a</p>")]
    [InlineData("[a](#x)", "<p>a</p>")]
    [InlineData("[a](data:text/plain,x)", "<p>a</p>")]
    [InlineData("[a](https://user@example.com)", "<p>a</p>")]
    [InlineData("[a](https://)", "<p>a</p>")]
    [InlineData("<javascript:x>", "<p>javascript:x</p>")]
    [InlineData("<ftp://example.com>", "<p>ftp://example.com</p>")]
    public void Other_addresses_are_no_links(string markdown, string html) => SafeMarkdown.ToHtml(markdown).ShouldBe(html);

    [Theory]
    [InlineData("![An X-ray](https://example.com/x.png)", "<p><a href=\"https://example.com/x.png\" " + Rel + ">An X-ray</a></p>")]
    [InlineData("![](https://example.com/x.png)", "<p><a href=\"https://example.com/x.png\" " + Rel + ">https://example.com/x.png</a></p>")]
    [InlineData("![x](data:image/png;base64,AAAA)", "<p>x</p>")]
    [InlineData("![*a* [b](https://example.com/b) <i>](https://example.com/x.png)", "<p><a href=\"https://example.com/x.png\" " + Rel + ">a b &lt;i&gt;</a></p>")]
    [InlineData("[![x](https://example.com/x.png) y](https://example.com/)", "<p><a href=\"https://example.com/\" " + Rel + ">x y</a></p>")]
    [InlineData("[![x](https://example.com/x.png) y](javascript:x)", "<p><a href=\"https://example.com/x.png\" " + Rel + ">x</a> y</p>")]
    public void Pictures_are_links_with_their_description(string markdown, string html) => SafeMarkdown.ToHtml(markdown).ShouldBe(html);

    [Theory]
    [InlineData("[Anna]: yes", "<p>[Anna]: yes</p>")]
    [InlineData("[Anna]: yes\n[Ben]: no", "<p>[Anna]: yes<br />\n[Ben]: no</p>")]
    [InlineData("> [Anna]: yes\n> ---", "<blockquote>\n<p>[Anna]: yes<br />\n---</p>\n</blockquote>")]
    [InlineData("[^1]: yes", "<p>[^1]: yes</p>")]
    [InlineData("[a]: <javascript:x> 'title'", "<p>[a]: javascript:x 'title'</p>")]
    [InlineData("[a]: https://example.com\n[a]: https://example.org", "https://example.org", true)]
    [InlineData("no\n-", "<p>no<br />\n-</p>")]
    [InlineData("yes\n===", "<p>yes<br />\n===</p>")]
    [InlineData("a&#8203;b&ZeroWidthSpace;c&#x202e;d &lt;e&nbsp;&amp;", "<p>a&amp;#8203;b&amp;ZeroWidthSpace;c&amp;#x202e;d &lt;e\u00a0&amp;</p>")]
    [InlineData("``` This is said\ncode\n```", "<p>This is said</p>\n<pre><code>code\n</code></pre>")]
    [InlineData("```csharp\ncode\n```", "<pre><code>code\n</code></pre>")]
    [InlineData("[](https://example.com)", "<p><a href=\"https://example.com\" " + Rel + ">https://example.com</a></p>")]
    [InlineData("[](javascript:x) ![](data:x)", "<p>javascript:x data:x</p>")]
    [InlineData("<!-- a note -->\n\n<?x?>", "<p>&lt;!-- a note --&gt;</p>\n<p>&lt;?x?&gt;</p>")]
    [InlineData("*[HTML]: an abbreviation", "<p>*[HTML]: an abbreviation</p>")]
    [InlineData("|a|\n|-|\n|1|2|", "2", true)]
    public void Nothing_vanishes_but_the_marks(string markdown, string html, bool isPart = false)
    {
        if (isPart) SafeMarkdown.ToHtml(markdown).ShouldContain(html);
        else SafeMarkdown.ToHtml(markdown).ShouldBe(html);
    }

    [Fact]
    public void Html_is_shown_as_text() => SafeMarkdown.ToHtml("<b onclick=\"x\">bold</b>\n\n<div>\n<script>x</script>\n</div>")
        .ShouldBe("<p>&lt;b onclick=&quot;x&quot;&gt;bold&lt;/b&gt;</p>\n<p>&lt;div&gt;<br />\n&lt;script&gt;x&lt;/script&gt;<br />\n&lt;/div&gt;</p>");

    [Fact]
    public void What_misleads_the_eye_is_gone() => SafeMarkdown.ToHtml("a\u202eb\u2066c\u200bd\U000E0041").ShouldBe("<p>abcd</p>");

    [Fact]
    public void Nothing_hostile_makes_more_than_the_elements_and_attributes_of_text()
    {
        foreach (var hostile in HostileMarkdown.All.Concat(HostileMarkdown.All.Select(text => $"> 1. {text.Replace("\n", "\n>    ", StringComparison.Ordinal)}")))
        {
            var html = SafeMarkdown.ToHtml(hostile);
            Element().Replace(html, "").ShouldNotContain('<', customMessage: hostile);
            Element().Matches(html).Select(m => m.Groups["href"].Value).ShouldAllBe(
                href => href.Length == 0 || href.StartsWith("https://") || href.StartsWith("http://") || href.StartsWith("mailto:"));
        }
    }

    public static TheoryData<string> Costly() =>
    [
        "[", "![", "](", "[a](", "[](", "[a](<b", "[[a]](", "[*", "|[", "*|", "*", "*a ", "*a_ ", "*a **b ", "a**b_c* ", "*_", "~~a ", "`a``b ", "<", "<a ", "<!--", "<a href=\"",
        ">", "> ", "- ", "> - ", "1. ", "1) a\n", "  - a\n", "# a\n", "a\n=\n", "a\n-\n", "|", "a|b\n", "a|*b*\n-|-\n", "```\n", "\\", "&", "&amp;", "[a]: <", "[a]:x\n",
    ];

    /// <summary>A megabyte of each, and as much of it as is still parsed: milliseconds, where the parser alone would take minutes.</summary>
    [Theory]
    [MemberData(nameof(Costly))]
    public void What_would_take_long_is_shown_as_it_is(string part)
    {
        var begun = Stopwatch.GetTimestamp();
        foreach (var length in (int[])[1_000_000, MarkdownCost.MaxLength, 10_000, 3_000, 1_500])
            SafeMarkdown.ToHtml(string.Concat(Enumerable.Repeat(part, length / part.Length))).Length.ShouldBeLessThan(10 * length);
        Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[](")]
    [InlineData("[a](")]
    [InlineData("*a_ ")]
    [InlineData("*a **b ")]
    [InlineData("~~a ")]
    [InlineData("`a``b ")]
    [InlineData("<")]
    [InlineData("|[")]
    [InlineData(">")]
    [InlineData("> - ")]
    [InlineData("1. ")]
    [InlineData("a|*b*\n-|-\n")]
    public void What_costs_more_than_its_length_is_not_parsed(string part)
    {
        MarkdownCost.IsBearable(string.Concat(Enumerable.Repeat(part, MarkdownCost.MaxLength / part.Length))).ShouldBeFalse();
        MarkdownCost.IsBearable(string.Concat(Enumerable.Repeat(part, 20))).ShouldBeTrue();
    }

    [Fact]
    public void Deep_nesting_and_great_tables_are_shown_as_they_are()
    {
        string[] texts =
        [
            string.Concat(Enumerable.Range(0, 200).Select(i => $"{new string(' ', 2 * i)}- a\n")),
            string.Concat(Enumerable.Range(0, 200).Select(i => $"{new string('>', i)} a\n\n")),
            $"{string.Concat(Enumerable.Repeat("a|", 300))}\n{string.Concat(Enumerable.Repeat("-|", 300))}\n{string.Concat(Enumerable.Repeat("a|\n", 600))}",
            $"{string.Concat(Enumerable.Repeat("*a **b ", 45))}{string.Concat(Enumerable.Repeat("c** d* ", 45))}",
        ];
        foreach (var text in texts[..3]) SafeMarkdown.ToHtml(text).ShouldStartWith("<p>");
        Element().Replace(SafeMarkdown.ToHtml(texts[3]), "").ShouldNotContain("<");
        SafeMarkdown.ToHtml($"{new string('x', MarkdownCost.MaxLength)}\n<b>").ShouldEndWith("x<br />\n&lt;b&gt;</p>");
    }

    [Fact]
    public void A_long_answer_as_models_write_them_is_rendered()
    {
        var section = "## Section\n\n1. **First**: *do* this, see [the page](https://example.com/).\n2. `code`\n\n| a | b | c |\n|---|---|---|\n| 1 | **2** | 3 |\n\n";
        SafeMarkdown.ToHtml(string.Concat(Enumerable.Repeat(section, 40))).ShouldStartWith("<h2>Section</h2>\n<ol>\n<li><strong>First</strong>");
    }

    [GeneratedRegex("""</?(p|strong|em|del|code|pre|h[1-6]|ul|ol|li|blockquote|table|thead|tbody|tr|th|td)>|<ol start="[0-9]+">|<(br|hr) />|<a href="(?<href>[^"<>]*)" rel="noopener noreferrer nofollow">|</a>""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Element();
}
