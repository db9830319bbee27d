using System.Text.Json.Nodes;
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
        - **Times** are UTC (`2026-01-31T09:30:00.123456Z`), ids are UUIDs.
        - **Unknown members** of a body are ignored. If the name is nearly that of a known member which is missing, the answer is 400 and names that member.
        - **Repeating safely**: a POST that lists the header `Idempotency-Key` can be sent again without doing anything twice.
        """;

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new() { Title = $"{Product.Name} API", Version = Product.Version, Description = Description, License = new() { Name = "MIT", Identifier = "MIT" } };
        var server = new OpenApiServer { Url = "/", Description = "The server that this document comes from." };
        server.AddExtension("x-internal", new JsonNodeExtension(JsonValue.Create(false))); // it is for everybody
        document.Servers = [server];
        var components = document.Components ??= new();
        components.SecuritySchemes = RouteSecurity.Schemes();
        components.Headers = AnswerHeaders.Components();
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
        var operations = paths.Values.SelectMany(item => item.Operations ?? []).Select(entry => entry.Value).ToList();
        var meanings = (document.Tags ?? new HashSet<OpenApiTag>()).ToLookup(tag => tag.Name, tag => tag.Description, StringComparer.Ordinal);
        document.Tags = operations.SelectMany(operation => operation.Tags ?? new HashSet<OpenApiTagReference>()).Select(tag => tag.Name!)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => new OpenApiTag { Name = name, Description = meanings[name].FirstOrDefault(meaning => meaning is not null) }).ToHashSet();
        var answered = operations.SelectMany(operation => operation.Responses ?? [])
            .Select(entry => (entry.Value as OpenApiResponseReference)?.Reference.Id)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var name in components.Responses.Keys.Where(name => !answered.Contains(name)).ToList()) components.Responses.Remove(name);
        return Task.CompletedTask;
    }

    // The shorter address of the same route: its operation takes no id from the longer one.
    static bool IsAlias(string path) => !path.StartsWith("/api/", StringComparison.Ordinal);

    static void Tidy(OpenApiOperation operation, HashSet<string> ids)
    {
        if (operation.OperationId is { } id && !ids.Add(id)) operation.OperationId = null;
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
            if (parameter.In == ParameterLocation.Path) parameter.Name = JsonPaths.OfMember(parameter.Name!);
    }

    [GeneratedRegex(@"\{\w+\}", RegexOptions.NonBacktracking)]
    private static partial Regex PathParameter();
}
