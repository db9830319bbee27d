using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>
/// Adds to each operation the refusals that follow from what it is: a body can be malformed, an id unknown, a caller not signed in. What a
/// route declares itself stays.
/// </summary>
internal sealed class RouteAnswers(ErrorEnvelopes envelopes) : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var method = context.Description.HttpMethod!;
        var document = context.Document!;
        var envelope = envelopes.Of($"/{context.Description.RelativePath}");
        var parameters = operation.Parameters ?? [];
        var responses = operation.Responses ??= [];
        var signedIn = !metadata.OfType<IAllowAnonymous>().Any();

        if (operation.RequestBody is not null) Add(400, 413, 415);
        if (parameters.Any(p => p.In is ParameterLocation.Query or ParameterLocation.Header)) Add(400);
        if (parameters.Any(p => p.In == ParameterLocation.Path)) Add(404);
        if (signedIn) Add(401, 403);
        if (!HttpMethods.IsGet(method) && signedIn) Add(409);
        if (HttpMethods.IsPost(method) && signedIn && !metadata.OfType<NoIdempotency>().Any())
        {
            Add(400, 422);
            operation.Parameters = [.. parameters, KeyParameter()];
        }
        if (!metadata.OfType<DisableRateLimitingAttribute>().Any()) Add(429);
        Add(500, 503);

        foreach (var (status, response) in responses.ToList())
        {
            var isProblem = response.Content?.ContainsKey(Problems.ContentType) == true;
            if (isProblem && ProblemAnswers.Knows(status)) responses[status] = ProblemAnswers.Reference(int.Parse(status), envelope, document);
            else if (status == "201" && response is OpenApiResponse created) created.Headers = Location();
        }
        operation.Responses = [];
        foreach (var (status, response) in responses.OrderBy(r => r.Key, StringComparer.Ordinal)) operation.Responses.Add(status, response);
        return Task.CompletedTask;

        void Add(params ReadOnlySpan<int> statuses)
        {
            foreach (var status in statuses) responses.TryAdd($"{status}", ProblemAnswers.Reference(status, envelope, document));
        }
    }

    static OpenApiParameter KeyParameter() => new()
    {
        Name = IdempotencyKey.Header,
        In = ParameterLocation.Header,
        Description = "Makes the request safe to repeat for a day: the same key and body answer the first answer again and do nothing twice.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.MaxLength },
    };

    static Dictionary<string, IOpenApiHeader> Location() => new(StringComparer.Ordinal)
    {
        ["Location"] = new OpenApiHeader { Description = "Where the new thing is.", Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri-reference" } },
    };
}
