using System.Text;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Files;
using Consilium.Tests.Platform.Outbound;

namespace Consilium.Tests.Platform.MediaTypes;

/// <summary>
/// Content types as programs write them (RFC 9110, 5.6.6), at every kind of door: in any case, with or without quotes, with more parameters.
/// </summary>
public sealed class ContentTypeTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Import = "/api/v1/config/import?mode=preview";

    public static TheoryData<string> Fine() =>
    [
        "", ";charset=utf-8", "; charset=\"utf-8\"", "; charset=\"UTF-8\"", "; CHARSET=Utf-8", "; charset=utf8", "; charset=\"utf8\"",
        "; charset=UTF8", "; charset=\"utf\\-8\"", " ;\tcharset=utf-8", ";", "; version=1", "; profile=\"a;b, charset=x\"",
        "; charset=utf-8; charset=\"UTF-8\"", "; odata=verbose; charset=\"utf-8\"; q=0.5",
    ];

    public static TheoryData<string> OtherCharsets() =>
    [
        "; charset=latin1", "; charset=\"iso-8859-1\"", "; charset=utf-16", "; charset=\"utf-16le\"", "; charset=utf-7", "; charset=us-ascii",
        "; charset=nonsense", "; charset=\"\"", "; charset=", "; charset", "; charset='utf-8'", "; charset=\"utf-8 \"",
        "; charset=utf-8; charset=latin1", "; x=\"; charset=utf-8\"; charset=latin1",
    ];

    public static TheoryData<string> Broken() =>
        ["; charset=\"utf-8", "; =utf-8", ", text/plain", " charset=utf-8", "; charset=utf-8, application/json", "; a b=c", "/x"];

    [Theory]
    [MemberData(nameof(Fine))]
    public async Task Every_spelling_of_UTF_8_is_taken(string parameters)
    {
        const string question = """{"issue_description":"Grüße"}""";
        var login = $$"""{"username":"{{server.Owner.Email}}","password":"several plain words 7"}""";
        var form = $"username={Uri.EscapeDataString(server.Owner.Email)}&password=several+plain+words+7";
        await (await SendAsync("/api/v1/cases", "application/json" + parameters, question)).ShouldAnswerAsync(201);
        await (await SendAsync("/api/v1/cases", "Application/JSON" + parameters, question)).ShouldAnswerAsync(201);
        await (await SendAsync("/auth/login", "application/json" + parameters, login)).ShouldAnswerAsync(200);
        await (await SendAsync("/auth/login", "application/x-www-form-urlencoded" + parameters, form)).ShouldAnswerAsync(200);
        await (await SendAsync(Import, "text/yaml" + parameters, "a.b: 1\n", server.Admin)).ShouldAnswerAsync(200);
        await (await SendAsync(Import, "application/json" + parameters, "{}", server.Admin)).ShouldAnswerAsync(200);
        var id = await server.Owner.OpenCaseAsync();
        var file = UploadCalls.Form("a,b\n"u8.ToArray(), "a.csv", "text/csv" + parameters);
        foreach (var boundary in (string[])[$"; boundary={UploadCalls.Boundary}", $"; BOUNDARY=\"{UploadCalls.Boundary}\""])
        {
            var answer = await SendAsync(UploadCalls.RouteOf(id), "multipart/form-data" + boundary + parameters, file, server.Owner);
            (await answer.ShouldAnswerAsync(201)).Text("media_type").ShouldBe("text/csv");
        }
    }

    [Theory]
    [MemberData(nameof(OtherCharsets))]
    public async Task Another_charset_is_415_and_says_why(string parameters)
    {
        foreach (var (path, type, body, by) in Bodies())
            await (await SendAsync(path, type + parameters, body, by)).ShouldBeProblemAsync(415, "unsupported_charset");
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_type_that_is_not_well_formed_is_415_and_says_so(string rest)
    {
        foreach (var (path, type, body, by) in Bodies())
            (await (await SendAsync(path, type + rest, body, by)).ShouldBeProblemAsync(415, "unsupported_media_type"))
                .Text("detail")!.ShouldContain("not well-formed");
        var upload = UploadCalls.RouteOf(await server.Owner.OpenCaseAsync());
        var multipart = $"multipart/form-data; boundary={UploadCalls.Boundary}";
        var text = "text"u8.ToArray();
        var answer = await SendAsync(upload, multipart + rest, UploadCalls.Form(text, "a.txt", "text/plain"));
        await answer.ShouldBeProblemAsync(415, "unsupported_media_type");
        answer = await SendAsync(upload, multipart, UploadCalls.Form(text, "a.txt", "text/plain" + rest));
        await answer.ShouldBeProblemAsync(415, "content_contradicts_type");
    }

    [Theory]
    [InlineData("application/json; charset=nonsense")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("application/json; charset=\"utf-8")]
    public async Task A_type_of_no_body_breaks_nothing(string type)
    {
        ((int)(await SendAsync("/auth/login", type, "")).StatusCode).ShouldBeOneOf(400, 415);
        await (await server.Owner.SendAsync(Request(HttpMethod.Get, "/api/v1/cases", type, ""))).ShouldAnswerAsync(200);
    }

    [Fact]
    public async Task A_field_of_a_form_is_sent_in_UTF_8()
    {
        using var patient = await server.SignedInAsync("patient");
        foreach (var (charset, status) in ((string, int)[])[("utf-8", 201), ("\"UTF8\"", 201), ("iso-8859-1", 400)])
        {
            var form = $"--b\r\nContent-Disposition: form-data; name=entity_id\r\n\r\n{patient.UserId}\r\n"
                + $"--b\r\nContent-Disposition: form-data; name=\"remark\"\r\nContent-Type: text/plain; charset={charset}\r\n\r\nGrüße\r\n"
                + "--b\r\nContent-Disposition: form-data; name=file; filename=a.txt\r\n\r\ntext\r\n--b--\r\n";
            var answer = await SendAsync("/api/v1/documents/upload", "multipart/form-data; boundary=b", form, patient);
            var body = await answer.ShouldAnswerAsync(status);
            if (status == 201) body.Text("remark").ShouldBe("Grüße");
        }
    }

    [Theory]
    [InlineData("application/json", true)]
    [InlineData("application/json;q=0.9", true)]
    [InlineData("Application/JSON; charset=\"utf-8\"", true)]
    [InlineData("application/json, text/plain, */*", true)]
    [InlineData("text/html;q=0.5, application/json", true)]
    [InlineData("text/html;q=0, application/json;q=0.1", true)]
    [InlineData("application/*", true)]
    [InlineData("application/json;q=0", false)]
    [InlineData("application/json;q=0, */*", false)]
    [InlineData("text/html, application/json;q=0.9", false)]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false)]
    [InlineData("application/json-patch+json", false)]
    [InlineData("text/x; a=\"application/json\"", false)]
    [InlineData("*/*", false)]
    [InlineData("nonsense", false)]
    public async Task The_front_page_is_JSON_where_JSON_is_wanted_more(string accept, bool isJson)
    {
        using var anyone = server.Anonymous();
        var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        (await anyone.SendAsync(request)).Content.Headers.ContentType!.MediaType.ShouldBe(isJson ? "application/json" : "text/html");
    }

    [Theory]
    [InlineData("application/pdf;", "application/pdf")]
    [InlineData("Application/PDF; name=\"a;b.pdf\"", "application/pdf")]
    [InlineData("text/plain; charset=", "text/plain")]
    [InlineData("text/plain; charset=\"utf-8", null)]
    [InlineData("nonsense", null)]
    public async Task What_is_fetched_says_its_type_in_any_spelling(string header, string? type)
    {
        await using var outside = new Outside($"HTTP/1.1 200 OK\r\nContent-Type: {header}\r\nContent-Length: 2\r\n\r\nok");
        using var response = await outside.GetAsync("/file");
        response.MediaType.ShouldBe(type);
    }

    (string Path, string Type, string Body, Client By)[] Bodies() =>
    [
        ("/api/v1/cases", "application/json", """{"issue_description":"x"}""", server.Owner),
        ("/auth/login", "application/json", "{}", server.Owner),
        ("/auth/login", "application/x-www-form-urlencoded", "username=a&password=b", server.Owner),
        (Import, "text/yaml", "a.b: 1\n", server.Admin),
    ];

    Task<HttpResponseMessage> SendAsync(string path, string type, string body, Client? by = null) =>
        SendAsync(path, type, Encoding.UTF8.GetBytes(body), by);

    Task<HttpResponseMessage> SendAsync(string path, string type, byte[] body, Client? by = null) =>
        (by ?? server.Owner).SendAsync(Request(HttpMethod.Post, path, type, body));

    static HttpRequestMessage Request(HttpMethod method, string path, string type, string body) =>
        Request(method, path, type, Encoding.UTF8.GetBytes(body));

    static HttpRequestMessage Request(HttpMethod method, string path, string type, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return new(method, path) { Content = content };
    }
}
