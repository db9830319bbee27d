using System.Text;
using System.Text.RegularExpressions;
using Consilium.Platform.Text;

namespace Consilium.Platform.Markdown;

/// <summary>
/// What people type as HTML that is safe to put into a page. They write to each other, not Markdown: what they typed is what is seen. Only what
/// <see cref="TypedMark"/> knows and fenced code are marks; paragraphs and line breaks stay, everything else is text.
/// </summary>
internal static partial class TypedText
{
    const string Fence = "```";

    public static string ToHtml(string typed)
    {
        var html = new StringBuilder(typed.Length + 16);
        var lines = InvisibleCharacters.RemoveMisleading(typed).Split('\n');
        for (var at = 0; at < lines.Length;)
        {
            if (string.IsNullOrWhiteSpace(lines[at])) at++;
            else if (EndOfCode(lines, at) is { } end) at = WriteCode(html, lines, at, end);
            else at = WriteParagraph(html, lines, at);
        }
        return html.ToString().TrimEnd('\n');
    }

    /// <summary>The line that ends the code which begins here; null when none does.</summary>
    static int? EndOfCode(string[] lines, int at)
    {
        if (!BeginOfCode().IsMatch(lines[at])) return null;
        var end = Array.FindIndex(lines, at + 1, line => line.TrimEnd() == Fence);
        return end > 0 ? end : null;
    }

    static int WriteCode(StringBuilder html, string[] lines, int at, int end)
    {
        html.Append("<pre><code>");
        foreach (var line in lines[(at + 1)..end]) html.Append(HtmlText.Of(line)).Append('\n');
        html.Append("</code></pre>\n");
        return end + 1;
    }

    static int WriteParagraph(StringBuilder html, string[] lines, int at)
    {
        var begin = at;
        html.Append("<p>");
        for (; at < lines.Length && !string.IsNullOrWhiteSpace(lines[at]) && (at == begin || EndOfCode(lines, at) is null); at++)
        {
            if (at > begin) html.Append("<br />\n");
            WriteLine(html, lines[at]);
        }
        html.Append("</p>\n");
        return at;
    }

    static void WriteLine(StringBuilder html, string line)
    {
        var written = 0;
        for (var at = TypedMark.Next(line, 0); at >= 0; at = TypedMark.Next(line, Math.Max(at + 1, written)))
        {
            if (TypedMark.At(line, at) is not { } mark) continue;
            html.Append(HtmlText.Of(line[written..at])).Append(mark.Html);
            written = mark.End;
        }
        html.Append(HtmlText.Of(line[written..]));
    }

    [GeneratedRegex(@"^```[A-Za-z0-9+#._-]{0,20}[ \t]*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex BeginOfCode();
}
