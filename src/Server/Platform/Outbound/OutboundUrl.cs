using System.Net;
using System.Text.RegularExpressions;

namespace Consilium.Platform.Outbound;

/// <summary>
/// The URLs that may be fetched: https (http where allowed), an unambiguous host, an allowed port. What two programs could read
/// differently is refused; what is left must mean the same to <see cref="Uri"/>, which the connection will go by.
/// </summary>
internal static partial class OutboundUrl
{
    const int LongestUrl = 2048;
    const int LongestHost = 253;
    const int LongestLabel = 63;

    // Names that mean this machine or this network wherever they are asked for.
    static readonly string[] InsideNames = ["localhost", "localdomain", "local", "internal", "home.arpa"];

    /// <exception cref="OutboundRefusedException"><see cref="OutboundFailure.BadUrl"/> or <see cref="OutboundFailure.NotAllowed"/>.</exception>
    public static Uri Parse(string text, OutboundRules rules)
    {
        if (text.Length > LongestUrl) throw Bad($"It is longer than {LongestUrl} characters.");
        if (!IsPlain(text)) throw Bad("It has spaces, control characters or backslashes.");
        var parts = Shape().Match(text);
        if (!parts.Success) throw Bad("It must look like https://host/path, without user name and password.");

        var https = parts.Groups["s"].Length > 0;
        if (!https && !rules.AllowHttp) throw NotAllowed("Only https addresses are fetched.");
        var port = parts.Groups["port"] is { Success: true } given ? int.Parse(given.ValueSpan) : https ? 443 : 80;
        var host = parts.Groups["host"].Value.ToLowerInvariant();
        var address = Judge(host, rules);
        if (!rules.AllowsPort(port, https)) throw NotAllowed("That port is not allowed.");

        return Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Port == port && uri.UserInfo.Length == 0 && uri.Scheme == (https ? "https" : "http")
            && (address is null ? uri.IdnHost == host : IPAddress.TryParse(uri.IdnHost, out var read) && read.Equals(address))
            ? uri
            : throw Bad("It is ambiguous.");
    }

    /// <summary>Has nothing that one reader drops, another one keeps, and a third takes for a slash.</summary>
    public static bool IsPlain(string text) => !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\');

    /// <summary>The address that the host is; null for a name, whose addresses are judged once they are known.</summary>
    static IPAddress? Judge(string host, OutboundRules rules)
    {
        var labels = host.Split('.');
        if (host[0] != '[' && !EndsInNumber(labels[^1]))
        {
            JudgeName(host, labels);
            return null;
        }
        if (!IPAddress.TryParse(host, out var address) || (host[0] != '[' && address.ToString() != host))
            throw Bad("Its host looks like a number and is no plain IP address.");
        return rules.Allows(address) ? address : throw NotPublic();
    }

    static void JudgeName(string host, string[] labels)
    {
        if (host.Length > LongestHost || labels.Any(label => label.Length is 0 or > LongestLabel || label[0] == '-' || label[^1] == '-'))
            throw Bad("Its host is no name.");
        if (labels.Length < 2 || InsideNames.Any(name => host == name || host.EndsWith($".{name}", StringComparison.Ordinal)))
            throw NotAllowed("Its host is not a name on the public internet.");
    }

    // As browsers have it: such a host is an IPv4 address or nothing.
    static bool EndsInNumber(string label) => label.Length > 0 && (label.All(char.IsAsciiDigit) || label.StartsWith("0x", StringComparison.Ordinal));

    public static OutboundRefusedException NotPublic() => NotAllowed("It leads to an address that is not on the public internet.");

    static OutboundRefusedException Bad(string why) => new(OutboundFailure.BadUrl, $"This is not an address that can be fetched. {why}");

    static OutboundRefusedException NotAllowed(string why) => new(OutboundFailure.NotAllowed, $"This address is not allowed. {why}");

    // No ignoring of case: it would let letters through that only fold to ASCII.
    [GeneratedRegex(@"\A[Hh][Tt][Tt][Pp](?<s>[Ss]?)://(?<host>\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(:(?<port>[0-9]{1,5}))?([/?#].*)?\z",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
