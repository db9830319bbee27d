using System.Net;
using Consilium.Platform.Text;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;

namespace Consilium.Platform.Markdown;

/// <summary>
/// Markdown of people and models as HTML that is safe to put into a page: CommonMark with tables and strikethrough. HTML in it is shown as text, a picture
/// becomes a link with its description, a link leads to http, https or mailto or is no link. The only elements are those of text, the only attributes
/// <c>href</c> and <c>rel</c> of links and <c>start</c> of lists. A text that would take too long, or is nested too deep, is shown as it is.
/// </summary>
internal static class SafeMarkdown
{
    const int MaxDepth = 50;

    /// <summary>How much longer than its text the HTML may be: a table of a few hundred characters can have thousands of empty cells.</summary>
    const int MaxGrowth = 10;

    static readonly MarkdownPipeline Pipeline = Build();

    public static string ToHtml(string markdown)
    {
        var text = InvisibleCharacters.RemoveMisleading(markdown);
        if (!MarkdownCost.IsBearable(text)) return AsItIs(text);
        try
        {
            var html = Render(Markdig.Markdown.Parse(text, Pipeline));
            return html.Length <= (text.Length * MaxGrowth) + 1_000 ? html : AsItIs(text);
        }
        catch (ArgumentException) // how Markdig says that it is nested too deep
        {
            return AsItIs(text);
        }
    }

    static string Render(MarkdownDocument document)
    {
        foreach (var table in document.Descendants<Table>())
            foreach (var column in table.ColumnDefinitions) column.Alignment = null; // would be written as a style
        using var html = new StringWriter { NewLine = "\n" };
        var renderer = new HtmlRenderer(html);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.ReplaceOrAdd<LinkInlineRenderer>(new SafeLinks());
        renderer.ObjectRenderers.ReplaceOrAdd<AutolinkInlineRenderer>(new SafeAutolinks());
        renderer.ObjectRenderers.ReplaceOrAdd<CodeBlockRenderer>(new PlainCodeBlocks());
        renderer.Render(document);
        return html.ToString().TrimEnd();
    }

    static string AsItIs(string text) => $"<p>{WebUtility.HtmlEncode(text).Replace("\n", "<br />\n", StringComparison.Ordinal)}</p>";

    static MarkdownPipeline Build()
    {
        var builder = new MarkdownPipelineBuilder { MaximumNestingDepth = MaxDepth };
        builder.DisableHtml().UsePipeTables().UseEmphasisExtras(EmphasisExtraOptions.Strikethrough).UseSoftlineBreakAsHardlineBreak();
        return builder.Build();
    }

    /// <summary>Code without the class that would name its language.</summary>
    sealed class PlainCodeBlocks : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock block)
        {
            renderer.EnsureLine();
            renderer.Write("<pre><code>").WriteLeafRawLines(block, writeEndOfLines: true, escape: true).WriteLine("</code></pre>");
        }
    }
}
