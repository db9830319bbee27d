using System.Net;
using System.Text;

namespace Consilium.Tests.Platform.Errors;

public sealed class BadInputTests(Server server) : IClassFixture<Server>
{
    const string Cases = "/api/v1/cases";

    [Theory]
    [InlineData("""{"issue_description":5}""", "issue_description")]
    [InlineData("""{"issue_description":["x"]}""", "issue_description")]
    [InlineData("""{"issue_description":"x","owner_id":"not-an-id"}""", "owner_id")]
    [InlineData("""{"issue_description":"x","title":{"a":1}}""", "title")]
    [InlineData("""{"title":"x"}""", "issue_description")]
    [InlineData("""{"Issue_Description":"x"}""", "Issue_Description")]
    [InlineData("""{"issue_description":"   "}""", "issue_description")]
    [InlineData("[]", "$")]
    [InlineData("3", "$")]
    [InlineData("null", "$")]
    public async Task A_wrong_body_is_400_and_names_the_field(string body, string field)
    {
        using var user = await server.SignedInAsync("user");
        await (await user.PostJsonAsync(Cases, body)).ShouldRefuseFieldsAsync(field);
    }

    [Theory]
    [InlineData("\"tomorrow\"")]
    [InlineData("5")]
    [InlineData("\"0001-01-01T00:00:00+14:00\"")]
    [InlineData("\"2026-02-30T00:00:00Z\"")]
    public async Task A_time_that_is_none_is_400_and_named(string time)
    {
        using var admin = await server.SignedInAsync("admin");
        var body = $$"""{"name":"a key","scopes":["cases:write"],"expires_at":{{time}}}""";
        await (await admin.PostJsonAsync("/api/v1/api-keys", body)).ShouldRefuseFieldsAsync("expires_at");
    }

    [Fact]
    public async Task A_missing_body_is_400()
    {
        using var user = await server.SignedInAsync("user");
        await (await user.PostJsonAsync(Cases, null)).ShouldRefuseFieldsAsync("$");
    }

    [Theory]
    [InlineData("""{"issue_description":"x","issue_description":"y"}""")]
    [InlineData("""{"issue_description":"a\u0000b"}""")]
    [InlineData("""{"issue_description":"x","unknown":"\ud800"}""")]
    [InlineData("""{"issue_description":"x" """)]
    public async Task A_malformed_body_is_400_before_anything_reads_it(string body)
    {
        using var user = await server.SignedInAsync("user");
        await (await user.PostJsonAsync(Cases, body)).ShouldBeProblemAsync(400, "malformed_json");
    }

    [Theory]
    [InlineData("POST", Cases, "text/plain", "x")]
    [InlineData("POST", Cases, "application/x-www-form-urlencoded", "issue_description=x")]
    [InlineData("POST", Cases, "application/json; charset=utf-16", "{}")]
    [InlineData("POST", Cases, null, "{}")]
    [InlineData("POST", Cases, "nonsense", "{}")]
    [InlineData("GET", Cases, "text/plain", "x")]
    [InlineData("DELETE", Cases + "/0199c0de-7a00-7000-8000-000000000001/messages/0199c0de-7a00-7000-8000-000000000001", "application/xml", "<x/>")]
    [InlineData("PUT", Cases + "/0199c0de-7a00-7000-8000-000000000001/close", "application/octet-stream", "x")]
    public async Task A_body_of_another_type_is_415(string method, string path, string? type, string body)
    {
        using var user = await server.SignedInAsync("user");
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        var response = await user.SendAsync(new(new HttpMethod(method), path) { Content = content });
        (await response.ShouldAnswerAsync(415)).Text("code").ShouldNotBeNull().ShouldStartWith("unsupported_");
    }

    [Fact]
    public async Task A_compressed_body_is_415()
    {
        using var user = await server.SignedInAsync("user");
        var content = new StringContent("{}", Encoding.UTF8, "application/json") { Headers = { ContentEncoding = { "gzip" } } };
        await (await user.PostAsync(Cases, content)).ShouldBeProblemAsync(415, "unsupported_encoding");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_large_is_413(bool saysItsLength)
    {
        using var user = await server.SignedInAsync("user");
        var content = new StringContent($$"""{"issue_description":"{{new string('x', 600_000)}}"}""", Encoding.UTF8, "application/json");
        var request = new HttpRequestMessage(HttpMethod.Post, Cases) { Content = content, Headers = { TransferEncodingChunked = !saysItsLength } };
        if (!saysItsLength) content.Headers.ContentLength = null;
        await (await user.SendAsync(request)).ShouldBeProblemAsync(413, "body_too_large");
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=1e2", "limit")]
    [InlineData("limit=99999999999999999999", "limit")]
    [InlineData("owner_id=me", "owner_id")]
    [InlineData("status=ajar", "status")]
    [InlineData("cursor=not-a-cursor", "cursor")]
    public async Task A_wrong_query_parameter_is_400_and_named(string query, string field)
    {
        using var user = await server.SignedInAsync("user");
        await (await user.GetAsync($"{Cases}?{query}")).ShouldRefuseFieldsAsync(field);
    }

    [Theory]
    [InlineData(Cases + "?q=%00")]
    [InlineData(Cases + "?q=a%00b")]
    [InlineData(Cases + "?q=%ff")]
    [InlineData(Cases + "?q=%ed%a0%80")]
    [InlineData(Cases + "?%00=1")]
    [InlineData(Cases + "/%c3%28")]
    public async Task An_address_that_is_no_text_is_400(string address)
    {
        using var user = await server.SignedInAsync("user");
        await (await user.GetAsync(address)).ShouldBeProblemAsync(400, "malformed_address");
    }

    [Theory]
    [InlineData(Cases + "?q=100%25")]
    [InlineData(Cases + "?q=%F0%9F%98%80")]
    [InlineData(Cases + "?q=50%")]
    public async Task Escapes_that_are_text_are_read(string address)
    {
        using var user = await server.SignedInAsync("user");
        await (await user.GetAsync(address)).ShouldAnswerAsync(200);
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/api/v1/nowhere")]
    [InlineData(Cases + "/not-an-id")]
    public async Task An_unknown_address_is_404_to_anyone(string path)
    {
        using var anyone = server.Anonymous();
        await (await anyone.GetAsync(path)).ShouldBeProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("TRACE")]
    [InlineData("OPTIONS")]
    [InlineData("PATCH")]
    public async Task A_method_that_a_route_does_not_take_is_405_with_Allow(string method)
    {
        using var anyone = server.Anonymous();
        var response = await anyone.SendAsync(new(new HttpMethod(method), "/health"));
        await response.ShouldBeProblemAsync(405, "method_not_allowed");
        response.Content.Headers.Allow.ShouldBe(["GET", "HEAD"], ignoreOrder: true);
    }

    [Fact]
    public async Task Without_a_token_it_is_401_before_the_body_counts()
    {
        using var anyone = server.Anonymous();
        (await anyone.PostJsonAsync(Cases, "{{{")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
