using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>
/// Marks a module's class of examples: each static property is an example for bodies of its type, and the first one is shown wherever the API's
/// document shows such a body. A page of them needs no example of its own. Of a request, further examples say what may be left out: see
/// <see cref="RequestProbe"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class BodyExamplesAttribute : Attribute;

/// <summary>The examples of a route whose body or answer is a file: a text for each media type.</summary>
internal sealed record FileExamples(IReadOnlyDictionary<string, string> Texts);

/// <summary>
/// The modules' examples, as they are on the wire. A request leaves out what its example does not set: null could mean something else there.
/// </summary>
internal sealed class ExampleBodies(IOptions<JsonOptions> json)
{
    readonly ILookup<Type, JsonNode> examples = typeof(ExampleBodies).Assembly.GetTypes()
        .Where(type => type.IsDefined(typeof(BodyExamplesAttribute)))
        .SelectMany(type => type.GetProperties(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .ToLookup(of => of.PropertyType, of => Written(of.GetValue(null)!, of.PropertyType, json.Value.SerializerOptions));

    public IEnumerable<Type> Types => examples.Select(of => of.Key);

    /// <summary>All examples of a type, each a copy.</summary>
    public IEnumerable<JsonNode> Of(Type type) => examples[type].Select(example => example.DeepClone());

    static JsonNode Written(object value, Type type, JsonSerializerOptions options)
    {
        var example = JsonSerializer.SerializeToNode(value, type, options)!;
        if (RequestProbe.IsRequest(type))
            foreach (var member in options.GetTypeInfo(type).Properties.Where(member => !member.IsRequired))
                if (example is JsonObject members && members[member.Name] is null) members.Remove(member.Name);
        return example;
    }
}

/// <summary>Shows the modules' examples with the bodies of requests and answers.</summary>
internal sealed class BodyExamples(ExampleBodies examples) : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ParameterDescriptions.FirstOrDefault(p => p.Source.Id == "Body")?.Type is { } request) Show(operation.RequestBody?.Content, request);
        foreach (var answer in context.Description.SupportedResponseTypes)
            if (answer.Type is { } type && operation.Responses?.TryGetValue($"{answer.StatusCode}", out var response) == true) Show(response.Content, type);
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<FileExamples>().FirstOrDefault() is { } file)
        {
            Show(operation.RequestBody?.Content, file, (int?)metadata.OfType<IRequestSizeLimitMetadata>().LastOrDefault()?.MaxRequestBodySize);
            Show(operation.Responses?["200"].Content, file, maxBytes: null);
        }
        return Task.CompletedTask;
    }

    // A file is an object where it is JSON, and a text in any other format.
    static void Show(IDictionary<string, OpenApiMediaType>? content, FileExamples file, int? maxBytes)
    {
        foreach (var (mediaType, shown) in content ?? new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal))
        {
            if (shown.Example is not null) continue;
            var isJson = mediaType.Contains("json", StringComparison.Ordinal);
            shown.Schema = isJson
                ? new() { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema(), Description = "The keys with their values." }
                : new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = maxBytes, Description = "The text of the file." };
            if (file.Texts.TryGetValue(mediaType, out var text)) shown.Example = isJson ? JsonNode.Parse(text) : JsonValue.Create(text);
        }
    }

    void Show(IDictionary<string, OpenApiMediaType>? content, Type type)
    {
        if (content is null || Example(type) is not { } example) return;
        foreach (var (mediaType, shown) in content)
            if (mediaType.Contains("json", StringComparison.Ordinal)) shown.Example = example.DeepClone();
    }

    JsonNode? Example(Type type)
    {
        if (examples.Of(type).FirstOrDefault() is { } example) return example;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(Page<>)) return null;
        return Example(type.GetGenericArguments()[0]) is { } item ? new JsonObject { ["items"] = new JsonArray(item), ["next_cursor"] = null } : null;
    }
}
