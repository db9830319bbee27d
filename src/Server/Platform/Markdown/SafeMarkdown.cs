using Consilium.Platform.Text;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Tables;
using Markdig.Parsers;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Consilium.Platform.Markdown;

/// <summary>
/// Markdown of models as HTML that is safe to put into a page: CommonMark with tables and strikethrough. HTML in it is shown as text, a picture
/// becomes a link with its description, a link leads to http, https or mailto or is no link. The only elements are those of text, the only attributes
/// <c>href</c> and <c>rel</c> of links and <c>start</c> of lists. A text that would take too long, or is nested too deep, is shown as it is.
/// Nothing vanishes but the marks: what CommonMark reads and does not show (definitions of links, what stands after a fence, entities for
/// characters that nobody sees) is shown. For what people type there is <see cref="TypedText"/>.
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
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlEntityInlineRenderer>(new VisibleEntities());
        renderer.Render(document);
        return html.ToString().TrimEnd();
    }

    static string AsItIs(string text) => $"<p>{HtmlText.OfLines(text)}</p>";

    static MarkdownPipeline Build()
    {
        var builder = new MarkdownPipelineBuilder { MaximumNestingDepth = MaxDepth };
        builder.DisableHtml().UsePipeTables().UseEmphasisExtras(EmphasisExtraOptions.Strikethrough).UseSoftlineBreakAsHardlineBreak();
        builder.BlockParsers.ReplaceOrAdd<ParagraphBlockParser>(new VisibleDefinitions());
        return builder.Build();
    }

    /// <summary>Code without the class that would name its language. More than one word after the fence is part of the text.</summary>
    sealed class PlainCodeBlocks : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock block)
        {
            renderer.EnsureLine();
            if (block is FencedCodeBlock { Arguments.Length: > 0 } fenced)
                renderer.Write("<p>").WriteEscape(InvisibleCharacters.RemoveMisleading($"{fenced.Info} {fenced.Arguments}")).WriteLine("</p>");
            renderer.Write("<pre><code>").WriteLeafRawLines(block, writeEndOfLines: true, escape: true).WriteLine("</code></pre>");
        }
    }

    /// <summary>An entity for a character that nobody sees, or that misleads, is shown as it was written.</summary>
    sealed class VisibleEntities : HtmlObjectRenderer<HtmlEntityInline>
    {
        protected override void Write(HtmlRenderer renderer, HtmlEntityInline entity)
        {
            var meant = entity.Transcoded.ToString();
            renderer.WriteEscape(InvisibleCharacters.RemoveMisleading(meant) == meant ? meant : entity.Original.ToString());
        }
    }
}
