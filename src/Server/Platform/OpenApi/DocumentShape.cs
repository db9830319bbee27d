using System.Text.RegularExpressions;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>The document as a whole: what it is about, its shared parts, its order.</summary>
internal sealed partial class DocumentShape(IEnumerable<ErrorEnvelope> envelopes) : IOpenApiDocumentTransformer
{
    const string Description = Product.Description + """


        - **Signing in**: `POST /auth/login` answers an `access_token`; send it as `Authorization: Bearer …`.
        - **Errors** are `application/problem+json` with a stable `code`, a `trace_id`, and for bad input `errors` by field. Conversations have a shape of their own.
        - **Lists** answer `items` and `next_cursor`; send that as `cursor` for the next page, and `limit` (1 to 200, default 50).
        - **Times** are UTC (`2026-01-31T09:30:00.123456Z`), ids are UUIDs, unknown members of a body are ignored, unless a name is nearly one that is known and missing: then the answer is 400 and says which one was meant.
        - **Repeating safely**: every POST by somebody signed in takes an `Idempotency-Key`.
        """;

    static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["limit"] = "How many at most.",
        ["cursor"] = "`next_cursor` of the page before.",
        ["Last-Event-ID"] = "The `id` of the last frame that arrived: the stream goes on after it. EventSource sends it by itself.",
    };

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new() { Title = $"{Product.Name} API", Version = Product.Version, Description = Description, License = new() { Name = "MIT", Identifier = "MIT" } };
        document.Servers = [new() { Url = "/" }];
        var components = document.Components ??= new();
        components.SecuritySchemes = RouteSecurity.Schemes();
        components.Responses = ProblemAnswers.Components(envelopes, document);
        (components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal))[SchemaNames.Problem] = ProblemAnswers.Schema();
        components.Schemas[SchemaNames.EnvelopedError] = ProblemAnswers.EnvelopeSchema();
        components.Schemas = new Dictionary<string, IOpenApiSchema>(components.Schemas.OrderBy(s => s.Key, StringComparer.Ordinal), StringComparer.Ordinal);

        var paths = new OpenApiPaths();
        foreach (var (path, item) in document.Paths.OrderBy(p => IsAlias(p.Key)).ThenBy(p => p.Key, StringComparer.Ordinal))
            paths.Add(PathParameter().Replace(path, parameter => $"{{{JsonPaths.OfMember(parameter.Value.Trim('{', '}'))}}}"), item);
        document.Paths = paths;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in paths.Values.SelectMany(item => item.Operations ?? []).Select(entry => entry.Value)) Tidy(operation, ids);
        document.Tags = new HashSet<OpenApiTag>(paths.Values.SelectMany(item => item.Operations ?? []).SelectMany(o => o.Value.Tags ?? new HashSet<OpenApiTagReference>())
            .Select(tag => tag.Name!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => new OpenApiTag { Name = name }));
        return Task.CompletedTask;
    }

    // The shorter address of the same route: its operation takes no id from the longer one.
    static bool IsAlias(string path) => !path.StartsWith("/api/", StringComparison.Ordinal);

    static void Tidy(OpenApiOperation operation, HashSet<string> ids)
    {
        if (operation.OperationId is { } id && !ids.Add(id)) operation.OperationId = null;
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            if (parameter.In == ParameterLocation.Path) parameter.Name = JsonPaths.OfMember(parameter.Name!);
            if (Parameters.TryGetValue(parameter.Name!, out var description)) parameter.Description ??= description;
        }
    }

    [GeneratedRegex(@"\{\w+\}", RegexOptions.NonBacktracking)]
    private static partial Regex PathParameter();
}
