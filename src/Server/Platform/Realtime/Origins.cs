using System.Text.RegularExpressions;
using Consilium.Platform.Hosting;

namespace Consilium.Platform.Realtime;

/// <summary>
/// Whose pages may read answers and open WebSockets here: besides this server's own those of the origins in <c>Origins:Allowed</c>. Programs send no
/// Origin.
/// </summary>
internal sealed partial class Origins
{
    const string Key = "Origins:Allowed";

    readonly HashSet<string> allowed;

    Origins(HashSet<string> allowed) => this.allowed = allowed;

    public bool Any => allowed.Count > 0;

    /// <exception cref="StartException">An entry is no origin; the message says why.</exception>
    public static Origins From(IConfiguration configuration) =>
        new(configuration.List(Key).Select(Normal).ToHashSet(StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether the setting has this origin, as a browser writes it.</summary>
    public bool Has(string origin) => allowed.Contains(origin);

    /// <summary>Whether a WebSocket may be opened by this request: by a page of the same scheme, host and port, or of an origin in the setting.</summary>
    public static bool Allows(HttpContext http)
    {
        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length == 0) return true;
        if (Uri.TryCreate(origin, UriKind.Absolute, out var page) && Uri.TryCreate($"{http.Request.Scheme}://{http.Request.Host}", UriKind.Absolute, out var own)
            && Uri.Compare(page, own, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0)
            return true;
        return http.RequestServices.GetRequiredService<Origins>().Has(origin);
    }

    /// <summary>As browsers write it: without a slash at the end, without the port that the scheme has anyway, names in ASCII.</summary>
    static string Normal(string entry)
    {
        if (entry.Contains('*', StringComparison.Ordinal)) throw Wrong(entry, "a pattern: name each origin that you trust");
        if (!Scheme().IsMatch(entry) || !Uri.TryCreate(entry, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.IsFile)
            throw Wrong(entry, "no origin");
        if (uri is not { UserInfo: "", Query: "", Fragment: "", AbsolutePath: "" or "/" }) throw Wrong(entry, "more than an origin");
        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        return $"{uri.Scheme}://{host}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}";
    }

    static StartException Wrong(string entry, string what) => new(
        $"The setting {Key} must list origins such as https://app.example.com or http://localhost:3000, without a path. '{entry}' is {what}.");

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]*://", RegexOptions.NonBacktracking)]
    private static partial Regex Scheme();
}
