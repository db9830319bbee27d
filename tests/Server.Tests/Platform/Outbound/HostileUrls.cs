namespace Consilium.Tests.Platform.Outbound;

/// <summary>
/// URLs that lead inside, or try to. <c>P</c> stands for the victim's port; names are those of <see cref="Names"/>. Most of them reach
/// something when one piece of the judgement is missing.
/// </summary>
internal static class HostileUrls
{
    static readonly string[] Numbers =
    [
        "127.0.0.1", "127.0.0.3", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.0.0.1",
        // decimal, octal, hexadecimal, short and mixed
        "2130706433", "017700000001", "0x7f000001", "0X7F000001", "0x7F.1", "0177.0.0.1", "00000177.0.0.1", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1",
        "127.1", "127.0.1", "0177.1",
        "0x7f.0.1", "127.0.0.01", "127.0.0.001", "0127.0.0.1", "127.0.0.0x1", "127.0x1", "0177.0x0.0.1", "0", "00", "0x0", "0.0", "4294967297",
        "383.0.0.1", "127.0.0.257",
        "127.0.65536", "256.256.256.256", "127.0.0.1.1", "1.2.3.4.5", "0x", "127.0.0.0x", "-1", "+2130706433", "127.0.0.1e0", "127,0,0,1",
        "0b1111111.0.0.1", "127.0.0.0o1",
        // dots
        "127.0.0.1.", "127.1.", "2130706433.", "127.0.0.1..", ".127.0.0.1", "127..0.1", "localhost.", "inside.example.", "inside..example",
        ".inside.example",
    ];

    static readonly string[] Others =
    [
        "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "100.64.0.1", "100.100.100.200",
        "192.0.0.192", "192.0.2.2", "192.88.99.1",
        "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "168.63.129.16",
        "169.254.169.254", "169.254.170.2", "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376", "169.254.43518", "0xa9.0xfe.0xa9.0xfe",
    ];

    static readonly string[] Version6 =
    [
        "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0001]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[::FFFF:7F00:0001]",
        "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[::ffff:0.0.0.0]", "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]", "[64:ff9b:1:7f00:0:100::]", "[2002:7f00:1::]", "[2002:7f00:0001::1]", "[2002:a00:1::1]", "[2001:0:7f00:1::]",
        "[2001::80ff:fffe]",
        "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[2606:4700::5efe:7f00:1]", "[2606:4700::200:5efe:127.0.0.1]", "[fe80::1]", "[fe80::1%lo]",
        "[fe80::1%25lo]", "[::1%1]", "[::1%25lo]",
        "[2606:4700::1111%1]", "[fec0::1]", "[fc00::1]", "[fd00::1]", "[fd00:ec2::254]", "[fd20:ce::254]", "[ff02::1]", "[ff01::1]",
        "[2001:db8::1]", "[2001:10::1]", "[2001:20::1]",
        "[2001:2::1]", "[3fff::1]", "[5f00::1]", "[100::1]", "[4000::1]", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]",
        "[64:ff9b::169.254.169.254]", "[2002:a9fe:a9fe::]",
        "[::ffff:10.0.0.1]", "[::1", "::1]", "::1", "[::1]x", "[::1].example", "[[::1]]", "[]", "[v1.127.0.0.1]", "[127.0.0.1]",
        "[::ffff:0177.0.0.1]", "[::ffff:127.1]",
        "[1::1::1]", "[::1/128]", "[:1]", "[localhost]",
    ];

    static readonly string[] Writings =
    [
        // percent escapes
        "127%2e0%2e0%2e1", "%31%32%37.0.0.1", "127.0.0.1%00.example", "127.0.0.1%20", "127.0.0.1%09", "127.0.0.1%2f.example",
        "127.0.0.1%23.example", "127.0.0.1%3f.example",
        "127.0.0.1%5c.example", "%6c%6f%63%61%6c%68%6f%73%74", "localhost%00", "%5b::1%5d", "%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1", "inside%2eexample",
        // other scripts
        "１２７.0.0.1", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "①②⑦.⓪.⓪.①", "①②⑦。⓪。⓪。①", "𝟏𝟐𝟕.𝟎.𝟎.𝟏", "١٢٧.٠.٠.١", "¹²⁷.0.0.1", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "ｌｏｃａｌｈｏｓｔ", "localhoſt",
        "inſide.example", "inside。example", "ｉnside.example", "locaⅼhost", "loc\u00adalhost", "127.0.0.\u200b1", "\u2060127.0.0.1",
        "127.0.0.1\u202e", "\ufeff127.0.0.1", "ınside.example",
        // spaces and control characters
        " 127.0.0.1", "127.0.0.1 ", "127.0.\t0.1", "127.0.\n0.1", "127.0.\r\n0.1", "\t127.0.0.1", "127.0.0.1\0", "127.0.0.1\u00a0",
        "127.0.0.1\u3000", "127.0.0.1\u0085", "127.0.0.1\u2028", "local\nhost",
        // user names
        "good@127.0.0.1", "public.example@127.0.0.1", "public.example:80@127.0.0.1", "a:b@127.0.0.1", "@127.0.0.1", ":@127.0.0.1", "a@b@127.0.0.1",
        "public.example%40127.0.0.1",
        "public.example%2f@127.0.0.1", "public.example\\@127.0.0.1", "127.0.0.1\\@public.example", "public.example;@127.0.0.1",
        "user@inside.example", "good@[::1]",
        // something else about the host
        "\\127.0.0.1", "/127.0.0.1", "//127.0.0.1", "127.0.0.1:P:P", "127.0.0.1;inside.example", "127.0.0.1,public.example",
        "127.0.0.1&public.example", "127.0.0.1|", "{127.0.0.1}", "<127.0.0.1>", "127.0.0.1'", "\"127.0.0.1\"",
        "$127.0.0.1", "*.inside.example", "127.0.0.1^", "127.0.0.1`", "(127.0.0.1)", "~127.0.0.1",
    ];

    static readonly string[] HostNames =
    [
        "localhost", "LOCALHOST", "LocalHost", "a.localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback", "printer.local",
        "router.home.arpa", "metadata", "metadata.google.internal",
        "instance-data.ec2.internal", "kubernetes", "postgres", "inside", "-inside.example", "inside-.example", "in_side.example",
        "inside.example", "INSIDE.Example", "127.0.0.1.example", "v6.example", "mapped.example", "compatible.example", "nat64.example",
        "nat64-local.example", "6to4.example", "teredo.example", "isatap.example", "zero.example",
        "zero6.example", "private.example", "linklocal.example", "scoped.example", "multicast.example", "unique-local.example", "mixed.example",
        "mixed-last.example", "mixed6.example",
        "mixed-mapped.example", "many.example", "xn--inside-x1a.example",
    ];

    static readonly string[] Whole =
    [
        "http:127.0.0.1:P/", "http:/127.0.0.1:P/", "http:///127.0.0.1:P/", "http:////127.0.0.1:P/", "http:\\\\127.0.0.1:P\\",
        "http:/\\127.0.0.1:P/", "http:\\/127.0.0.1:P/", "//127.0.0.1:P/",
        "/127.0.0.1:P/", "\\\\127.0.0.1\\share", "127.0.0.1:P", "127.0.0.1", "localhost:P", "", " ", "http://", "http:", "http", "https://",
        "://127.0.0.1:P/", "http//127.0.0.1:P/",
        " http://127.0.0.1:P/", "http://127.0.0.1:P/ ", "\nhttp://127.0.0.1:P/", "\0http://127.0.0.1:P/", "ht\ttp://127.0.0.1:P/",
        "http\n://127.0.0.1:P/", "http:/\n/127.0.0.1:P/",
        "http://127.0.0.1:P/\r\nX-Header: 1", "http://127.0.0.1:P/\r\n\r\nGET / HTTP/1.1", "http://127.0.0.1:P#@public.example/",
        "http://127.0.0.1:P?@public.example/", "http://127.0.0.1:P\\@public.example/",
        "http://127.0.0.1?.public.example/", "http://127.0.0.1#.public.example/", "HTTP://127.0.0.1:P/", "hTtPs://127.0.0.1:P/",
        "https://127.0.0.1:P/", "https://127.0.0.1/", "http://127.0.0.1/", "https://[::1]/", "http://[::1]/",
        "http://127.0.0.1:P/../..//etc/passwd", "http://127.0.0.1:P/?url=https://public.example/", "https://inside.example/",
        "http://inside.example/",
        // ports
        "http://127.0.0.1:/", "http://127.0.0.1:0/", "http://127.0.0.1:0P/", "http://127.0.0.1:65536/", "http://127.0.0.1:-1/",
        "http://127.0.0.1:+P/", "http://127.0.0.1: P/", "http://127.0.0.1:P./",
        "http://127.0.0.1:8\u06600/", "http://public.example:0/", "http://public.example:22/", "http://public.example:25/",
        "http://public.example:443/", "https://public.example:80/", "http://public.example:5432/",
        "http://public.example:6379/", "http://public.example:99999/", "http://public.example:4294967376/", "http://public.example:0x50/",
        "http://public.example:http/",
        // schemes
        "file:///etc/passwd", "file://127.0.0.1/etc/passwd", "file:/etc/passwd", "file://localhost/c:/", "gopher://127.0.0.1:P/_GET",
        "ftp://127.0.0.1:P/", "dict://127.0.0.1:P/", "ldap://127.0.0.1:P/", "ws://127.0.0.1:P/",
        "wss://127.0.0.1:P/", "data:text/plain,hello", "data:text/html;base64,PGI+", "javascript:fetch('http://127.0.0.1:P/')",
        "jar:http://127.0.0.1:P!/", "netdoc:///etc/passwd", "unix:/var/run/docker.sock",
        "http+unix://%2fvar%2frun%2fdocker.sock/info", "view-source:http://127.0.0.1:P/", "feed:http://127.0.0.1:P/", "url:http://127.0.0.1:P/",
        "blob:http://127.0.0.1:P/1", "tftp://127.0.0.1/x", "sftp://127.0.0.1/x",
        "ssh://127.0.0.1/", "mailto:a@example.com", "about:blank", "net.tcp://127.0.0.1:P/", "net.pipe://localhost/x", "httpx://127.0.0.1:P/",
        "ｈttp://127.0.0.1:P/", "http：//127.0.0.1:P/", "http:⁄⁄127.0.0.1:P/",
        "urn:http://127.0.0.1:P/", "c:\\windows\\win.ini", "../../etc/passwd",
    ];

    /// <summary>Where a public server sends its visitors. Each with 302; the first ones with each of the statuses that lead on.</summary>
    static readonly string[] Locations =
    [
        "http://127.0.0.1:P/", "//127.0.0.1:P/", "http://[::1]:P/", "http://inside.example:P/",
        "https://127.0.0.1:P/", "http://127.0.0.1/", "https://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
        "//[::1]:P/", "//localhost:P/", "http://localhost:P/", "http://2130706433:P/",
        "http://0x7f.1:P/", "http://0177.0.0.1:P/", "http://127.1:P/", "http://[::ffff:127.0.0.1]:P/", "http://[64:ff9b::7f00:1]:P/",
        "http://[2002:7f00:1::]:P/", "http://good@127.0.0.1:P/", "http://public.example@127.0.0.1:P/",
        "//good@127.0.0.1:P/", "\\\\127.0.0.1:P\\", "/\\127.0.0.1:P/", "\\/127.0.0.1:P/", "http:\\\\127.0.0.1:P/", "///127.0.0.1:P/",
        "////127.0.0.1:P/", "http:127.0.0.1:P/", "http:/127.0.0.1:P/", "http:///127.0.0.1:P/",
        "ht\ttp://127.0.0.1:P/", "http://127.0.\t0.1:P/", "http://127%2e0.0.1:P/", "http://mapped.example:P/", "http://mixed.example:P/",
        "http://v6.example:P/", "file:///etc/passwd", "file://127.0.0.1/", "gopher://127.0.0.1:P/_x",
        "ftp://127.0.0.1:P/", "data:text/plain,hello", "javascript:alert(1)", "dict://127.0.0.1:P/", "about:blank", "", "http://", "//", "https:",
        "http://public.example:22/", "//public.example:6379/", "http://metadata.google.internal/",
        "http://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1:P/", "http://127.0.0.1:P/\x7f",
    ];

    public static readonly int[] Statuses = [301, 302, 303, 307, 308];

    /// <summary>A redirect in a raw answer: status and everything that follows the status line.</summary>
    public static IReadOnlyList<(int Status, string Headers)> Redirects(int port) =>
    [
        .. Locations.Take(4).SelectMany(_ => Statuses, (location, status) => (status, $"Location: {location}\r\n")),
        .. Locations.Skip(4).Select(location => (302, $"Location: {location}\r\n")),
        (302, ""),
        (302, "Location: http://public.example/\r\nLocation: http://127.0.0.1:P/\r\n"),
        (302, "Content-Location: http://127.0.0.1:P/\r\nURI: http://127.0.0.1:P/\r\n"),
        (300, "Location: http://127.0.0.1:P/\r\n"),
        (304, "Location: http://127.0.0.1:P/\r\n"),
        (305, "Location: http://127.0.0.1:P/\r\n"),
        (306, "Location: http://127.0.0.1:P/\r\n"),
        (201, "Location: http://127.0.0.1:P/\r\n"),
        (401, "WWW-Authenticate: Basic realm=\"x\"\r\nLocation: http://127.0.0.1:P/\r\n"),
        (407, "Proxy-Authenticate: Basic realm=\"x\"\r\nLocation: http://127.0.0.1:P/\r\n"),
        (421, "Alt-Svc: h2=\"127.0.0.1:P\"\r\nRefresh: 0; url=http://127.0.0.1:P/\r\n"),
    ];

    /// <summary>All but the redirects.</summary>
    public static IReadOnlyList<string> Direct(int port) =>
    [
        .. ((string[])[.. Numbers, .. Others, .. Version6, .. Writings, .. HostNames]).Select(host => $"http://{host}:P/").Concat(Whole)
            .Select(url => At(url, port)).Distinct(StringComparer.Ordinal),
    ];

    public static string At(string text, int port) =>
        ":0+ ".Aggregate(text, (url, before) => url.Replace($"{before}P", $"{before}{port}", StringComparison.Ordinal));

    public static Names Resolver() => new Names()
        .With("public.example", "127.0.0.2")
        .With("inside.example", "127.0.0.1")
        .With("127.0.0.1.example", "127.0.0.1")
        .With("127.0.0.1e0", "127.0.0.1")
        .With("127.0.0.0o1", "127.0.0.1")
        .With("in_side.example", "127.0.0.1")
        .With("xn--inside-x1a.example", "127.0.0.1")
        .With("v6.example", "::1")
        .With("zero.example", "0.0.0.0")
        .With("zero6.example", "::")
        .With("mapped.example", "::ffff:127.0.0.1")
        .With("compatible.example", "::127.0.0.1")
        .With("nat64.example", "64:ff9b::127.0.0.1")
        .With("nat64-local.example", "64:ff9b:1::7f00:1")
        .With("6to4.example", "2002:7f00:1::1")
        .With("teredo.example", "2001:0:808:808:0:ffff:80ff:fffe")
        .With("isatap.example", "2606:4700::5efe:127.0.0.1")
        .With("private.example", "10.0.0.1")
        .With("linklocal.example", "169.254.169.254")
        .With("scoped.example", "fe80::1%1")
        .With("multicast.example", "224.0.0.1")
        .With("unique-local.example", "fd00::1")
        .With("mixed.example", "127.0.0.2 127.0.0.1")
        .With("mixed-last.example", "127.0.0.1 127.0.0.2")
        .With("mixed6.example", "127.0.0.2 ::1")
        .With("mixed-mapped.example", "127.0.0.2 ::ffff:127.0.0.1")
        .With("many.example", string.Join(' ', Enumerable.Repeat("127.0.0.2", 40).Append("127.0.0.1")));
}
