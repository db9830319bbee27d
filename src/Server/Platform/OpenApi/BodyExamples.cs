using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>
/// Marks a module's class of examples: each static property is the example for bodies of its type, wherever the API's document shows one.
/// A page of them needs no example of its own.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class BodyExamplesAttribute : Attribute;

/// <summary>The examples of a route whose body or answer is a file: a text for each media type.</summary>
internal sealed record FileExamples(IReadOnlyDictionary<string, string> Texts);

/// <summary>Shows the modules' examples with the bodies of requests and answers.</summary>
internal sealed class BodyExamples(IOptions<JsonOptions> json) : IOpenApiOperationTransformer
{
    readonly Dictionary<Type, JsonNode?> examples = typeof(BodyExamples).Assembly.GetTypes()
        .Where(type => type.IsDefined(typeof(BodyExamplesAttribute)))
        .SelectMany(type => type.GetProperties(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .ToDictionary(property => property.PropertyType, property => JsonSerializer.SerializeToNode(property.GetValue(null), property.PropertyType, json.Value.SerializerOptions));

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ParameterDescriptions.FirstOrDefault(p => p.Source.Id == "Body")?.Type is { } request) Show(operation.RequestBody?.Content, request);
        foreach (var answer in context.Description.SupportedResponseTypes)
            if (answer.Type is { } type && operation.Responses?.TryGetValue($"{answer.StatusCode}", out var response) == true) Show(response.Content, type);
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<FileExamples>().FirstOrDefault() is { } file)
        {
            Show(operation.RequestBody?.Content, file);
            Show(operation.Responses?["200"].Content, file);
        }
        return Task.CompletedTask;
    }

    static void Show(IDictionary<string, OpenApiMediaType>? content, FileExamples file)
    {
        foreach (var (mediaType, shown) in content ?? new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal))
            if (shown.Example is null && file.Texts.TryGetValue(mediaType, out var text))
                shown.Example = mediaType.Contains("json", StringComparison.Ordinal) ? JsonNode.Parse(text) : JsonValue.Create(text);
    }

    void Show(IDictionary<string, OpenApiMediaType>? content, Type type)
    {
        if (content is null || Example(type) is not { } example) return;
        foreach (var (mediaType, shown) in content)
            if (mediaType.Contains("json", StringComparison.Ordinal)) shown.Example = example.DeepClone();
    }

    JsonNode? Example(Type type)
    {
        if (examples.TryGetValue(type, out var example)) return example;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(Page<>)) return null;
        return Example(type.GetGenericArguments()[0]) is { } item ? new JsonObject { ["items"] = new JsonArray(item.DeepClone()), ["next_cursor"] = null } : null;
    }
}
