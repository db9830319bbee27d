using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>The headers of answers, described once; operations and refusals refer to them.</summary>
internal static class AnswerHeaders
{
    public const string EntityTag = "ETag";
    public const string Location = "Location";
    public const string RetryAfter = "Retry-After";
    public const string Challenge = "WWW-Authenticate";
    static readonly string[] Limits = ["RateLimit", "RateLimit-Policy"];

    /// <summary>By header; a component is called as the header without hyphens.</summary>
    static readonly SortedDictionary<string, OpenApiHeader> All = new(StringComparer.Ordinal)
    {
        [EntityTag] = Text(
            "The version of what is answered. `If-None-Match` with it asks whether there is another; `If-Match` with it changes only this version.",
            "\"7\""),
        [Location] = Text("Where the new thing is.", "/api/v1/cases/0199c0de-7a00-7000-8000-000000000001", "uri-reference"),
        [RetryAfter] = new()
        {
            Description = "The seconds to wait before the next try.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "1" },
            Example = 1,
        },
        [Challenge] = Text(
            "How to sign in (RFC 6750): `Bearer`, with `error=\"invalid_token\"` where a token was sent that is not valid.",
            "Bearer error=\"invalid_token\""),
        ["RateLimit"] = Text(
            "What is left of the limit that is closest: `r` requests, and `t` seconds until there are more. It is absent where nothing is limited.",
            "\"default\";r=99;t=1"),
        ["RateLimit-Policy"] = Text(
            "The limits that count here: `q` requests in `w` seconds. It is absent where nothing is limited.", "\"default\";q=100;w=2"),
    };

    public static Dictionary<string, IOpenApiHeader> Components() =>
        All.ToDictionary(header => NameOf(header.Key), IOpenApiHeader (header) => header.Value, StringComparer.Ordinal);

    /// <summary>The headers of an answer: the ones named, and those of the rate limits where it is limited.</summary>
    public static Dictionary<string, IOpenApiHeader> Of(OpenApiDocument document, bool isLimited, params IEnumerable<string> names) =>
        names.Concat(isLimited ? Limits : [])
            .ToDictionary(name => name, IOpenApiHeader (name) => new OpenApiHeaderReference(NameOf(name), document), StringComparer.Ordinal);

    static string NameOf(string header) => header.Replace("-", "", StringComparison.Ordinal);

    static OpenApiHeader Text(string description, string example, string? format = null) =>
        new() { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = format }, Example = example };
}
