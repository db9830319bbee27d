using System.Text.Json.Nodes;
using Consilium.Platform.Errors;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>The refusals that operations share, described once.</summary>
internal static class ProblemAnswers
{
    sealed record Answer(string Name, string Description, string Code, string Detail);

    static readonly SortedDictionary<int, Answer> Answers = new()
    {
        [400] = new("BadRequest", "Something in the request is missing or wrong; `errors` says which field and why.", "validation_failed", "Some fields are missing or wrong: see errors."),
        [401] = new("Unauthenticated", "No valid credential.", "unauthenticated", "Sign in: send a valid access token as 'Authorization: Bearer …'."),
        [403] = new("Forbidden", "The caller's role, or the key's scopes, never allow this.", "forbidden", "Your role may not do this."),
        [404] = new("NotFound", "Not there, or not the caller's: the same answer for both.", "not_found", "There is nothing here that you may see."),
        [409] = new("Conflict", "The state refuses this; `code` says why. Also: a request with the same `Idempotency-Key` is still being worked on.", "idempotency_in_flight", "A request with this Idempotency-Key is being worked on: wait for it, or ask again."),
        [413] = new("BodyTooLarge", "The body is larger than this address takes.", "body_too_large", "The body is larger than this address takes."),
        [415] = new("UnsupportedMediaType", "The body is of another type, charset or encoding.", "unsupported_media_type", "Send the body as application/json."),
        [422] = new("IdempotencyKeyReused", "The `Idempotency-Key` was used with another body.", "idempotency_key_reused", "This Idempotency-Key was used with another body: use a new key for a new request."),
        [429] = new("TooManyRequests", "Too many requests from this caller.", "too_many_requests", "Too many requests: wait as long as Retry-After says."),
        [500] = new("InternalError", "A fault of the server; it is logged under `trace_id`.", "internal_error", "Something went wrong here, and it was logged. Quote trace_id when you report it."),
        [503] = new("Unavailable", "Too busy, or the database is away: nothing was done, try again.", "database_unavailable", "The database is not reachable at the moment: try again."),
    };

    public static IOpenApiResponse Reference(int status, OpenApiDocument document) => new OpenApiResponseReference(Answers[status].Name, document);

    public static bool Knows(string status) => int.TryParse(status, out var number) && Answers.ContainsKey(number);

    public static Dictionary<string, IOpenApiResponse> Components(OpenApiDocument document) =>
        Answers.ToDictionary(entry => entry.Value.Name, entry => (IOpenApiResponse)Describe(entry.Key, entry.Value, document), StringComparer.Ordinal);

    public static OpenApiSchema Schema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "An error (RFC 9457).",
        Required = new HashSet<string>(["type", "title", "status", "code"], StringComparer.Ordinal),
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = Text("A URI that names the kind of problem."),
            ["title"] = Text("The status in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "The HTTP status." },
            ["detail"] = Text("What happened and what to do, for people."),
            ["code"] = Text("The kind of problem, for programs: stable."),
            ["trace_id"] = Text("Quote it when you report the problem."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "Of bad input: each field with what is wrong about it. `$` is the body as a whole.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        },
    };

    static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };

    static OpenApiResponse Describe(int status, Answer answer, OpenApiDocument document)
    {
        var problem = Problems.Details(status, answer.Code, answer.Detail);
        var example = new JsonObject
        {
            ["type"] = problem.Type, ["title"] = problem.Title, ["status"] = status, ["detail"] = problem.Detail, ["code"] = answer.Code,
            ["trace_id"] = "4bf92f3577b34da6a3ce929d0e0e4736",
        };
        if (status == 400) example["errors"] = new JsonObject { ["content"] = new JsonArray("must not be empty.") };
        return new()
        {
            Description = answer.Description,
            Headers = status is 429 or 503 ? new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal) { ["Retry-After"] = RetryAfter() } : null,
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [Problems.ContentType] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(SchemaNames.Problem, document), Example = example },
            },
        };
    }

    static OpenApiHeader RetryAfter() => new() { Description = "Seconds to wait.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" } };
}
