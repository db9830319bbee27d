namespace Consilium.Platform.Markdown;

/// <summary>Text in HTML that is text only.</summary>
internal static class HtmlText
{
    public static string Of(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal);

    /// <summary>Every line on a line of its own.</summary>
    public static string OfLines(string text) => Of(text).Replace("\n", "<br />\n", StringComparison.Ordinal);
}
