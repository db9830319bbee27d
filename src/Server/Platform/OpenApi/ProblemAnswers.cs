using System.Text.Json;
using Consilium.Platform.Errors;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>The refusals that operations share, described once.</summary>
internal static class ProblemAnswers
{
    static readonly JsonSerializerOptions Wire = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    sealed record Answer(string Name, string Description, string Code, string Detail);

    static readonly SortedDictionary<int, Answer> Answers = new()
    {
        [400] = new("BadRequest", "Something in the request is missing or wrong; `errors` says which field and why.", "validation_failed", "Some fields are missing or wrong: see errors."),
        [401] = new("Unauthenticated", "The request has no valid credential.", "unauthenticated", "Sign in: send a valid access token as 'Authorization: Bearer …'."),
        [403] = new("Forbidden", "The caller's role, or the key's scopes, do not allow this.", "forbidden", "Your role may not do this."),
        [404] = new("NotFound", "It does not exist, or the caller may not see it. Both get the same answer.", "not_found", "There is nothing here that you may see."),
        [409] = new("Conflict", "The current state does not allow this; `code` says why. Or a request with the same `Idempotency-Key` is still being worked on.", "idempotency_in_flight", "A request with this Idempotency-Key is being worked on: wait for it, or ask again."),
        [410] = new("Gone", "It was there and is gone for good; `code` says why.",
            "gone", "The answer to this request was about something that has been retracted since."),
        [412] = new("PreconditionFailed", "The current version is not the one that `If-Match` names. Read it, and apply your change to it.",
            "precondition_failed", "The version now is 8, which If-Match does not name: read it, and write yours on top of it."),
        [413] = new("BodyTooLarge", "The body is larger than this address takes.", "body_too_large", "The body is larger than this address takes."),
        [415] = new("UnsupportedMediaType", "The body is of another type, charset or encoding.", "unsupported_media_type", "Send the body as application/json."),
        [416] = new("RangeNotSatisfiable", "The file ends before the range that was asked for: `Content-Range` says how long it is.",
            "range_not_satisfiable", "The file ends before this range: Content-Range says how long it is."),
        [422] = new("IdempotencyKeyReused", "The `Idempotency-Key` was used with another body.", "idempotency_key_reused", "This Idempotency-Key was used with another body: use a new key for a new request."),
        [428] = new("PreconditionRequired", "This installation requires `If-Match`.",
            "precondition_required", "Say in If-Match which version you have read: it is the ETag of the GET."),
        [429] = new("TooManyRequests", "Too many requests from this caller.", "too_many_requests", "Too many requests: wait as long as Retry-After says."),
        [500] = new("InternalError", "A fault of the server; it is logged under `trace_id`.", "internal_error", "Something went wrong here, and it was logged. Quote trace_id when you report it."),
        [503] = new("Unavailable", "The server is overloaded, or cannot reach its database. Try again after `Retry-After`: with an `Idempotency-Key` or a `client_token` nothing is done twice.", "database_unavailable", "The database is not reachable at the moment: try again."),
        [507] = new("StorageFull", "The server's storage is full: nothing was written.",
            "storage_full", "The server's storage is full: nothing was written."),
    };

    /// <param name="envelope">The shape of errors at the operation's address, when it is one of its own.</param>
    public static IOpenApiResponse Reference(int status, ErrorEnvelope? envelope, OpenApiDocument document) =>
        new OpenApiResponseReference(Name(Answers[status], envelope), document);

    public static bool Knows(string status) => int.TryParse(status, out var number) && Answers.ContainsKey(number);

    public static Dictionary<string, IOpenApiResponse> Components(IEnumerable<ErrorEnvelope> envelopes, OpenApiDocument document) =>
        ((ErrorEnvelope?[])[null, .. envelopes]).SelectMany(_ => Answers, (envelope, entry) => (envelope, Status: entry.Key, Answer: entry.Value))
            .ToDictionary(of => Name(of.Answer, of.envelope), of => (IOpenApiResponse)Describe(of.Status, of.Answer, of.envelope, document), StringComparer.Ordinal);

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
            ["errors"] = Fields("Of bad input: each field with what is wrong about it. `$` is the body as a whole."),
        },
    };

    public static OpenApiSchema EnvelopeSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "An error.",
        Required = new HashSet<string>(["status", "error", "code", "message", "details"], StringComparer.Ordinal),
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["status"] = Text("Always `error`."),
            ["error"] = Text("The kind of error, for programs: a stable word."),
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Description = "The HTTP status." },
            ["message"] = Text("What happened and what to do, for people."),
            ["details"] = Fields("Of bad input: each field with what is wrong about it. `$` is the body as a whole. Otherwise empty."),
            ["trace_id"] = Text("Quote it when you report the error."),
        },
    };

    static OpenApiSchema Fields(string description) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
    };

    // Conversations → ConversationsBadRequest
    static string Name(Answer answer, ErrorEnvelope? envelope) => $"{envelope?.Name}{answer.Name}";

    static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };

    static OpenApiResponse Describe(int status, Answer answer, ErrorEnvelope? envelope, OpenApiDocument document)
    {
        var errors = status == 400 ? new Dictionary<string, string[]>(StringComparer.Ordinal) { [envelope is null ? "content" : "text"] = ["must not be empty."] } : null;
        var problem = Problems.Details(status, answer.Code, answer.Detail, errors);
        problem.Extensions["trace_id"] = "4bf92f3577b34da6a3ce929d0e0e4736";
        var (type, schema, example) = envelope is null
            ? (Problems.ContentType, SchemaNames.Problem, JsonSerializer.SerializeToNode(problem))
            : ("application/json", SchemaNames.EnvelopedError, JsonSerializer.SerializeToNode(EnvelopedError.Of(problem, envelope), Wire));
        return new()
        {
            Description = envelope is null ? answer.Description : answer.Description.Replace("`errors`", "`details`", StringComparison.Ordinal),
            Headers = AnswerHeaders.Of(document, isLimited: true, HeadersOf(status)),
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                [type] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(schema, document), Example = example },
            },
        };
    }

    // 409: while a request with the same Idempotency-Key is being worked on, or a file is being made ready.
    static string[] HeadersOf(int status) => status switch
    {
        401 => [AnswerHeaders.Challenge],
        409 or 429 or 503 or 507 => [AnswerHeaders.RetryAfter],
        _ => [],
    };
}
