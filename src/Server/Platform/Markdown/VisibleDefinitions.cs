using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Syntax;

namespace Consilium.Platform.Markdown;

/// <summary>
/// Paragraphs in which definitions of links (<c>[1]: https://example.com</c>) stay text: they count where they lead to the web or to mail, and are
/// seen all the same, since <c>[Anna]: yes</c> looks just like one. A line of dashes below a text makes no heading of it.
/// </summary>
internal sealed class VisibleDefinitions : ParagraphBlockParser
{
    public VisibleDefinitions() => ParseSetextHeadings = false; // the base class would take definitions out on the way

    public override bool Close(BlockProcessor processor, Block block)
    {
        if (block is not ParagraphBlock paragraph) return true;
        Define(processor.Document, paragraph.Lines);
        for (var i = 0; i < paragraph.Lines.Count; i++) paragraph.Lines.Lines[i].Slice.TrimStart();
        if (paragraph.Lines.Count > 0) paragraph.Lines.Lines[paragraph.Lines.Count - 1].Slice.TrimEnd();
        return paragraph.Lines.Count > 0;
    }

    static void Define(MarkdownDocument document, StringLineGroup paragraph)
    {
        var lines = new StringLineGroup(paragraph.Count); // what is read of it is taken out of it
        for (var i = 0; i < paragraph.Count; i++) lines.Add(paragraph.Lines[i].Slice);
        while (lines.Count > 0)
        {
            var text = lines.ToCharIterator();
            if (!LinkReferenceDefinition.TryParse(ref text, out LinkReferenceDefinition? definition)) return;
            if (LinkTarget.IsSafe(definition.Url)) document.SetLinkReferenceDefinition(definition.Label!, definition, addGroup: false);
            lines = text.Remaining();
        }
    }
}
