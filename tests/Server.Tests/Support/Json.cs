using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Consilium.Tests.Support;

/// <summary>JSON requests, and answers as JSON with the body shown when they are not what a test expects.</summary>
public static class Json
{
    static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The body is an object with the API's names, or in C# names that become them; a string is sent as it is.</summary>
    public static Task<HttpResponseMessage> SendJsonAsync(
        this HttpClient client, HttpMethod method, string path, object? body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new ByteArrayContent(body is string raw ? Encoding.UTF8.GetBytes(raw) : JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), SnakeCase))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return client.SendAsync(request);
    }

    public static Task<HttpResponseMessage> PostJsonAsync(this HttpClient client, string path, object? body, params (string Name, string Value)[] headers) =>
        client.SendJsonAsync(HttpMethod.Post, path, body, headers);

    public static Task<HttpResponseMessage> PutJsonAsync(this HttpClient client, string path, object? body = null, params (string Name, string Value)[] headers) =>
        client.SendJsonAsync(HttpMethod.Put, path, body, headers);

    public static Task<HttpResponseMessage> PatchJsonAsync(this HttpClient client, string path, object? body, params (string Name, string Value)[] headers) =>
        client.SendJsonAsync(HttpMethod.Patch, path, body, headers);

    /// <summary>The body of a GET that must answer 200.</summary>
    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string path) => await (await client.GetAsync(path)).ShouldAnswerAsync(200);

    /// <summary>The answer must have this status. Returns its JSON; an undefined element when it has no body.</summary>
    public static async Task<JsonElement> ShouldAnswerAsync(this HttpResponseMessage response, int status)
    {
        var body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri} answered {body}");
        if (body.Length == 0) return default;
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }

    /// <summary>The answer must be a problem (RFC 9457) with this status and code. Returns it.</summary>
    public static async Task<JsonElement> ShouldBeProblemAsync(this HttpResponseMessage response, int status, string code)
    {
        var problem = await response.ShouldAnswerAsync(status);
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        problem.GetProperty("code").GetString().ShouldBe(code, problem.ToString());
        problem.GetProperty("status").GetInt32().ShouldBe(status);
        return problem;
    }

    /// <summary>A 400 whose field map names exactly these fields.</summary>
    public static async Task ShouldRefuseFieldsAsync(this HttpResponseMessage response, params string[] fields)
    {
        var problem = await response.ShouldBeProblemAsync(400, "validation_failed");
        problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).ShouldBe(fields, ignoreOrder: true, problem.ToString());
    }

    /// <summary>The text at a property, which must be there: <c>body.Text("title")</c>.</summary>
    public static string? Text(this JsonElement element, string property) => element.GetProperty(property).GetString();

    public static Guid Id(this JsonElement element, string property = "id") => element.GetProperty(property).GetGuid();

    public static long Number(this JsonElement element, string property) => element.GetProperty(property).GetInt64();

    public static List<JsonElement> Items(this JsonElement page) => [.. page.GetProperty("items").EnumerateArray()];
}
