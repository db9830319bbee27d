using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>
/// Adds to each operation the refusals that follow from what it is: a body can be malformed, an id unknown, a caller not signed in; and the headers
/// of its answers. What a route declares itself stays.
/// </summary>
internal sealed class RouteAnswers(ErrorEnvelopes envelopes) : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var method = context.Description.HttpMethod!;
        var document = context.Document!;
        var envelope = envelopes.Of($"/{context.Description.RelativePath}");
        var parameters = operation.Parameters ??= [];
        var responses = operation.Responses ??= [];
        var signedIn = !metadata.OfType<IAllowAnonymous>().Any();
        var isLimited = !metadata.OfType<DisableRateLimitingAttribute>().Any();
        var hasTag = metadata.OfType<AnswersEntityTag>().Any();

        if (operation.RequestBody is OpenApiRequestBody body)
        {
            body.Description = null; // ASP.NET Core puts the words of some other parameter there; the body's type has its own
            Add(400, 413, 415);
        }
        if (parameters.Any(p => p.In is ParameterLocation.Query or ParameterLocation.Header)) Add(400);
        if (parameters.Any(p => p.In == ParameterLocation.Path)) Add(404);
        if (signedIn) Add(401, 403);
        if (!HttpMethods.IsGet(method) && signedIn) Add(409);
        if (HttpMethods.IsPost(method) && signedIn && !metadata.OfType<NoIdempotency>().Any())
        {
            Add(400, 410, 422);
            parameters.Add(KeyParameter());
        }
        if (hasTag && HttpMethods.IsGet(method))
        {
            parameters.Add(TagParameter("If-None-Match", "The `ETag` of what you have. While it has not changed, the answer is 304 without a body."));
            responses.TryAdd("304", new OpenApiResponse());
        }
        else if (hasTag && !HttpMethods.IsPost(method))
        {
            parameters.Add(TagParameter("If-Match", "The `ETag` of what you have read. When it has changed, nothing is written: 412."));
            Add(412);
        }
        if (isLimited) Add(429);
        if (!HttpMethods.IsGet(method) || signedIn) Add(507); // reads are written down
        Add(500, 503);

        foreach (var (status, response) in responses.ToList())
        {
            if (response.Content?.ContainsKey(Problems.ContentType) == true && ProblemAnswers.Knows(status))
                responses[status] = ProblemAnswers.Reference(int.Parse(status), envelope, document);
            else if (response is OpenApiResponse answer) Describe(answer, int.Parse(status));
        }
        operation.Responses = [];
        foreach (var (status, response) in responses.OrderBy(r => r.Key, StringComparer.Ordinal)) operation.Responses.Add(status, response);
        if (operation.Parameters.Count == 0) operation.Parameters = null;
        if (metadata.OfType<TakenFrames>().FirstOrDefault() is { } taken)
            operation.AddExtension("x-client-messages", new JsonNodeExtension(taken.Schema()));
        return Task.CompletedTask;

        void Add(params ReadOnlySpan<int> statuses)
        {
            foreach (var status in statuses) responses.TryAdd($"{status}", ProblemAnswers.Reference(status, envelope, document));
        }

        void Describe(OpenApiResponse answer, int status)
        {
            var names = new List<string>();
            if (status == 201 && !metadata.OfType<HasNoLocation>().Any()) names.Add(AnswerHeaders.Location);
            if (hasTag && (status is 206 or 304 || (status is 200 or 201 && answer.Content is { Count: > 0 }))) names.Add(AnswerHeaders.EntityTag);
            if (AnswerHeaders.Of(document, isLimited, names) is { Count: > 0 } headers) answer.Headers = headers;
            if (metadata.OfType<AnswerMeaning>().LastOrDefault(meaning => meaning.Status == status) is { } meaning) answer.Description = meaning.Text;
        }
    }

    static OpenApiParameter KeyParameter() => new()
    {
        Name = IdempotencyKey.Header,
        In = ParameterLocation.Header,
        Description = "Makes the request safe to repeat for a day: the same key and body answer the first answer again and do nothing twice.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.MaxLength },
    };

    static OpenApiParameter TagParameter(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = MaxTags },
        Example = "\"7\"",
    };

    /// <summary>The server reads no longer header than this: <c>KestrelServerLimits.MaxRequestHeadersTotalSize</c>.</summary>
    const int MaxTags = 32 * 1024;
}
