using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consilium.Modules.Care;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Paging;

namespace Consilium.Tests.Api;

/// <summary>A request that a route must refuse, and how.</summary>
internal sealed record Attack(string Name, int[] Statuses, HttpRequestMessage Request)
{
    /// <summary>Whether the web server itself refuses it, before there is anybody who could write a problem.</summary>
    public bool IsNoHttp { get; init; }

    const string Json = "application/json";
    const int TooLarge = 600 * 1024;

    /// <summary>Bodies that are no JSON, or JSON that could mean two things.</summary>
    static readonly (string Name, byte[] Body)[] Malformed =
    [
        ("empty", []), ("blank", "  "u8.ToArray()), ("open", "{"u8.ToArray()), ("crossed", "{]"u8.ToArray()), ("cut word", "nul"u8.ToArray()),
        ("quotes", "{'a':1}"u8.ToArray()),
        ("trailing comma", "{\"a\":1,}"u8.ToArray()), ("two values", "{}{}"u8.ToArray()), ("comment", "{/*a*/}"u8.ToArray()),
        ("bare word", "{a:1}"u8.ToArray()),
        ("duplicate keys", "{\"a\":1,\"a\":2}"u8.ToArray()), ("duplicate keys by escape", "{\"a\":1,\"\\u0061\":2}"u8.ToArray()),
        ("duplicate keys inside", "{\"a\":[{\"b\":1,\"b\":1}]}"u8.ToArray()),
        ("NUL", "{\"a\":\"\\u0000\"}"u8.ToArray()), ("NUL in a key", "{\"\\u0000\":1}"u8.ToArray()), ("raw NUL", [.. "{\"a\":\""u8, 0, .. "\"}"u8]),
        ("high surrogate", "{\"a\":\"\\ud83d\"}"u8.ToArray()), ("low surrogate", "{\"a\":\"\\ude00\"}"u8.ToArray()),
        ("surrogate in a key", "{\"\\ud83d\":1}"u8.ToArray()),
        ("no UTF-8", [.. "{\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8]), ("surrogate in UTF-8", [.. "{\"a\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8]),
        ("UTF-16", Encoding.Unicode.GetBytes("{}")),
        ("deep", Encoding.UTF8.GetBytes(new string('[', 40) + new string(']', 40))), ("infinite", "{\"a\":NaN}"u8.ToArray()),
        ("null", "null"u8.ToArray()), ("number", "1"u8.ToArray()), ("string", "\"a\""u8.ToArray()), ("array", "[]"u8.ToArray()),
        ("true", "true"u8.ToArray()),
    ];

    static readonly JsonNode?[] AnyValues = [7, -1, 1.5, true, "wrong", "", new JsonArray(), new JsonArray(1), new JsonArray((JsonNode?)null),
        new JsonObject(), new JsonObject { ["a"] = 1 }];

    public static IEnumerable<Attack> OnCredentials(Route route, Example example)
    {
        var token = example.Caller.AccessToken is { Length: > 0 } own ? own : "x.y.z"; // a program has none
        foreach (var (name, headers) in ((string, (string, string)[])[])[
            ("no credential", []), ("an empty token", [("Authorization", "Bearer ")]), ("no token", [("Authorization", "Bearer x.y.z")]),
            ("another scheme", [("Authorization", "Basic YTpi")]),
            ("a cut token", [("Authorization", $"Bearer {token[..^3]}")]), ("no key", [("X-API-Key", "cns_x")]),
            ("two credentials", [("Authorization", $"Bearer {token}"), ("X-API-Key", "cns_x")])])
        {
            var request = To(route, example.Path, Body(example));
            foreach (var (header, value) in headers) request.Headers.TryAddWithoutValidation(header, value);
            yield return new(name, [401], request);
        }
    }

    public static IEnumerable<Attack> OnBody(Route route, Example example)
    {
        var valid = Bytes(example.Body);
        foreach (var type in (string?[])[null, "text/plain", "application/xml", "multipart/form-data; boundary=x", "application/octet-stream",
            route.TakesForms ? null : "application/x-www-form-urlencoded"])
            yield return new($"as {type}", [415], To(route, example.Path, Content(valid, type)));
        foreach (var encoding in (string[])["gzip", "br", "identity, gzip"])
        {
            var content = Content(valid, Json);
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
            yield return new($"in {encoding}", [415], To(route, example.Path, content));
        }
        byte[] large = [.. valid[..^1], .. Enumerable.Repeat((byte)' ', TooLarge), (byte)'}'];
        yield return new("too large", [413], To(route, example.Path, Content(large, Json)));
        var chunked = new StreamContent(new MemoryStream(large)) { Headers = { ContentType = new(Json) } };
        yield return new("too large in chunks", [413], To(route, example.Path, chunked, request => request.Headers.TransferEncodingChunked = true));
        foreach (var (name, body) in Malformed.Where(malformed => !route.BodyIsOptional || malformed.Name is not ("empty" or "null")))
            yield return new(name, [400], To(route, example.Path, Content(body, Json)));
        foreach (var (member, type) in route.BodyMembers)
            foreach (var wrong in AnyValues.Where(value => !Fits(value, member, type)).Concat(example.Body?[member] is null ? [] : [null]))
            {
                var body = example.Body?.DeepClone().AsObject() ?? [];
                body[member] = wrong?.DeepClone();
                yield return new($"{member}: {wrong?.ToJsonString() ?? "null"}", [400], To(route, example.Path, JsonBody(body)));
            }
    }

    static readonly string[] Blanks =
        [" ", "\u200b", "\u00ad\u2060 \ufeff", "\u3164\u115f\uffa0", "\u2800\u00a0", "\ufe0f\u200d", "\u202e\u2066", "\u0301", "\U000e0041\u180e"];

    /// <summary>Where the route was given a text, a text of which nobody sees anything. Values are programs' own, and credentials are compared only.</summary>
    public static IEnumerable<Attack> OnBlankTexts(Route route, Example example)
    {
        foreach (var (member, value) in example.Body ?? [])
        {
            if (value?.GetValueKind() != JsonValueKind.String || member is "value" or "username" or "password" or "old_password" or "refresh_token") continue;
            foreach (var blank in Blanks)
            {
                var body = example.Body!.DeepClone().AsObject();
                body[member] = blank;
                yield return new($"{member}: {JsonValue.Create(blank).ToJsonString()}", [400], To(route, example.Path, JsonBody(body)));
            }
        }
    }

    /// <summary>Ids that nobody has, and that are none.</summary>
    public static IEnumerable<Attack> OnPath(Route route, Example example)
    {
        var given = example.Path.Split('/');
        string With(int part, string id) => string.Join('/', [.. given[..part], id, .. given[(part + 1)..]]);
        var pattern = route.Pattern.Split('/');
        for (var i = 0; i < pattern.Length; i++)
        {
            if (!pattern[i].StartsWith('{')) continue;
            foreach (var id in (string[])[$"{Guid.CreateVersion7()}", $"{Guid.Empty}", "1", "abc", "%20", "..%2f..", "😀"])
                yield return new($"{pattern[i]} = {id}", example.Answers == 400 ? [404, 400] : [404], To(route, With(i, id), Body(example)));
            yield return new($"{pattern[i]} = NUL", [400], To(route, With(i, "a%00"), Body(example))) { IsNoHttp = true };
        }
    }

    public static IEnumerable<Attack> OnQuery(Route route, Example example)
    {
        var more = example.Path.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        foreach (var text in (string[])["x=%00", "x=%ff", "x=%c3%28", "x=%ed%a0%80", "%00=x"])
            yield return new($"?{text}", [400], To(route, $"{example.Path}{more}{text}", Body(example)));
        foreach (var (name, type) in route.QueryParameters)
            foreach (var wrong in WrongQuery(route, name, type))
                yield return new($"?{name}={(wrong.Length > 30 ? wrong[..30] : wrong)}", [name is "page" or "token" ? 404 : 400],
                    To(route, With(example.Path, name, wrong), Body(example)));
    }

    /// <summary>The address with a query parameter that it may have had already.</summary>
    static string With(string path, string name, string value)
    {
        var parts = path.Split('?', 2);
        var others = parts is [_, var query] ? query.Split('&').Where(one => !one.StartsWith($"{name}=", StringComparison.Ordinal)) : [];
        return $"{parts[0]}?{string.Join('&', [.. others, $"{name}={value}"])}";
    }

    /// <summary>The good request by somebody else.</summary>
    public static Attack ByAnother(Route route, Example example) =>
        new("by another", example.Answers == 400 ? [400, 403, 404] : [403, 404], To(route, example.Path, Body(example)));

    public static HttpRequestMessage Good(Route route, Example example) => To(route, example.Path, Body(example));

    static string[] WrongQuery(Route route, string name, Type type) => (type, name) switch
    {
        _ when type == typeof(Limit) => ["0", "-1", "201", "abc", "1e9", "1.5", "99999999999999999999", "%2b1", "1&limit=1"],
        _ when type == typeof(Guid) => ["abc", "1", "{}"],
        _ when type == typeof(long) || name == "after" => ["abc", "-1", "1.5", "1e9", "99999999999999999999"],
        _ when type == typeof(bool) => ["abc", "2", "yes"],
        (_, "cursor") => ["garbage", "%25", "e30x", "bnVsbA", "WzFd", "eyJhIjoiXHUwMDAwIn0", "%f0%9f%98%80", new string('a', 5000)],
        (_, "report_type" or "document_type") => ["nonsense", "OTHER", "1", "", "imaging,other"],
        (_, "token") => ["x", new string('a', 5000)],
        (_, "status" or "role") => ["nonsense", "OPEN", "1", "open,closed", "user,staff"],
        (_, "format") => ["text", "HTML", "1", "", "html,text"],
        (_, "last_event_id") => ["abc", ":", "0:0", "1", $"{Guid.Empty}", $"{Guid.Empty}:", $"{Guid.Empty}:-1", $"{Guid.Empty}:1e3", $"{Guid.Empty}:99999999999"],
        (_, "page") => ["0", "-1", "1.5", "1e9", "abc", "", "2", "99999999999999999999", "%2b1", "1&page=1"],
        (_, "page_size") => ["0", "-1", "1.5", "1e9", "abc", "", "%2b1", "1&page_size=1"],
        (_, "q" or "city" or "speciality") => [new string('a', 201), "%00"],
        _ when type == typeof(DateTimeOffset) => ["abc", "1e9", "2026-13-01", "2026-01-01T25:00:00Z"],
        (_, "from" or "to") when route.Pattern.EndsWith("/config/diff", StringComparison.Ordinal) =>
            ["", "a b", "a/b/c", "%00", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z", "2026-01-01T00:00:00", "0001-01-01T00:00:00%2b14:00", new string('a', 51)],
        (_, "profile" or "environment") => ["a.b", "a%20b", "-", "%00", new string('a', 51)],
        (_, "prefix") => [new string('a', 201), "%00", "a%20b", "a*", "%c3%a4"],
        (_, "reason") => [new string('a', 501), "%00"],
        (_, "mode" or "as") => ["nonsense", "MERGE", "1", "", "merge,replace"],
        (_, "from" or "to" or "at") => ["abc", "1e9", "", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z", "9999-12-31T23:59:59-14:00"],
        (_, "duration_minutes") => ["0", "-1", "481", "abc", "1.5", "1e2", "99999999999999999999"],
        (_, "kind") => ["nonsense", "REPORT", "1", "", "history,report"],
        (_, "outcome") => ["nonsense", "OK", "1", "", "ok,denied"],
        (_, "action") => [new string('a', 101), "%00"],
        (_, "resource") => [new string('a', 201), "%00", "", "*", "a*b", "**"],
        _ => throw new InvalidOperationException($"{route.Key} takes a query parameter that nobody knows here: {name}. Say what is wrong for it."),
    };

    static bool Fits(JsonNode? value, string member, Type type) => value is not null && (value.GetValueKind(), type) switch
    {
        (JsonValueKind.Number, _) when member == "experience" => true, // in words or in years
        (JsonValueKind.Number, _) when type == typeof(int) => value.ToJsonString() == "7",
        (JsonValueKind.Number, _) when type == typeof(decimal) => value.ToJsonString() is "7" or "1.5",
        (JsonValueKind.Array, _) when type == typeof(IReadOnlyList<string>) => value.AsArray().Count == 0,
        (JsonValueKind.Object, _) when type == typeof(MedicalInfoRequest) => true,
        (JsonValueKind.String, _) when type == typeof(string) => true, // what the text may say is the route's own tests' to ask
        (JsonValueKind.True, _) when type == typeof(bool) => true,
        (JsonValueKind.Number, _) when type == typeof(long) => value.ToJsonString() == "7", // beyond the end or not: the route's own tests ask
        (JsonValueKind.Array, _) when type == typeof(IReadOnlyList<Guid>) => value.AsArray().Count == 0,
        (_, _) when type == typeof(JsonElement) && member == "value" => true, // any JSON
        (JsonValueKind.String or JsonValueKind.Object, _) when type == typeof(JsonElement) => true, // an appointment's extras
        (JsonValueKind.Array, _) when type == typeof(IReadOnlyList<AttachmentRequest>) => value.AsArray().Count == 0,
        _ => false,
    };

    static byte[] Bytes(JsonNode? body) => Encoding.UTF8.GetBytes(body?.ToJsonString() ?? "{}");

    static HttpContent? Body(Example example) => example.Form?.Invoke() ?? JsonBody(example.Body);

    static HttpContent? JsonBody(JsonNode? body) => body is null ? null : Content(Bytes(body), Json);

    static ByteArrayContent Content(byte[] body, string? type)
    {
        var content = new ByteArrayContent(body);
        if (type is not null) content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    static HttpRequestMessage To(Route route, string path, HttpContent? content, Action<HttpRequestMessage>? more = null)
    {
        var request = new HttpRequestMessage(new(route.Method), path) { Content = content };
        more?.Invoke(request);
        return request;
    }
}
