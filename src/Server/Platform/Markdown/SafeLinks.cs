using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax.Inlines;

namespace Consilium.Platform.Markdown;

/// <summary>Links and, as links with their description, pictures: nothing is fetched until somebody chooses to.</summary>
internal sealed class SafeLinks : HtmlObjectRenderer<LinkInline>
{
    protected override void Write(HtmlRenderer renderer, LinkInline link)
    {
        var url = link.GetDynamicUrl?.Invoke() ?? link.Url;
        var isLink = renderer.EnableHtmlForInline && LinkTarget.IsSafe(url) && !IsInsideLink(link);
        if (isLink) LinkTarget.Open(renderer, url!);
        if (link.FirstChild is null) renderer.WriteEscape(url); // what has no other words is seen by its address
        else if (isLink) WriteLabel(renderer, link);
        else renderer.WriteChildren(link);
        if (isLink) renderer.Write("</a>");
    }

    static void WriteLabel(HtmlRenderer renderer, LinkInline link)
    {
        renderer.EnableHtmlForInline = !link.IsImage; // a description is text alone
        renderer.WriteChildren(link);
        renderer.EnableHtmlForInline = true;
    }

    /// <summary>A picture in a link; links do not nest.</summary>
    static bool IsInsideLink(LinkInline link)
    {
        for (var outer = link.Parent; outer is not null; outer = outer.Parent)
            if (outer is LinkInline { IsImage: false } parent && LinkTarget.IsSafe(parent.Url)) return true;
        return false;
    }
}

/// <summary>Addresses in angle brackets.</summary>
internal sealed class SafeAutolinks : HtmlObjectRenderer<AutolinkInline>
{
    protected override void Write(HtmlRenderer renderer, AutolinkInline link)
    {
        var url = link.IsEmail ? $"mailto:{link.Url}" : link.Url;
        var isLink = renderer.EnableHtmlForInline && LinkTarget.IsSafe(url);
        if (isLink) LinkTarget.Open(renderer, url);
        renderer.WriteEscape(link.Url);
        if (isLink) renderer.Write("</a>");
    }
}

internal static class LinkTarget
{
    /// <summary>Of a link to a place that nobody here vouches for.</summary>
    public const string Rel = "rel=\"noopener noreferrer nofollow\"";

    /// <summary>Whether the address is one of the web or of mail, and shows where it leads: no name before the host that could pass for one.</summary>
    public static bool IsSafe(string? url) =>
        url is not null
        && (Begins(url, "https://") || Begins(url, "http://") || Begins(url, "mailto:"))
        && !url.AsSpan().ContainsAnyInRange('\0', ' ') && !url.Contains('\\', StringComparison.Ordinal)
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeMailto || (uri.Host.Length > 0 && uri.UserInfo.Length == 0));

    /// <summary>An address that was found safe.</summary>
    public static void Open(HtmlRenderer renderer, string url) =>
        renderer.Write("<a href=\"").WriteEscapeUrl(url).Write($"\" {Rel}>");

    static bool Begins(string url, string scheme) => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);
}
