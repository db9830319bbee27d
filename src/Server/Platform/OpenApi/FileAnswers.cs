using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>The bodies of answers that are no JSON of ours: bytes, or a text where the media type says so.</summary>
internal sealed class FileAnswers : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        foreach (var file in metadata.OfType<AnsweredFile>())
            foreach (var status in (string[])["200", "206"]) Show(status, file.MediaType);
        foreach (var produced in metadata.OfType<IProducesResponseTypeMetadata>().Where(of => of.Type is null || of.Type == typeof(void)))
            foreach (var type in produced.ContentTypes) Show($"{produced.StatusCode}", type);
        return Task.CompletedTask;

        void Show(string status, string mediaType)
        {
            var responses = operation.Responses ??= [];
            if (!responses.TryGetValue(status, out var there)) responses[status] = there = new OpenApiResponse();
            if (there is not OpenApiResponse answer || answer.Content?.ContainsKey(mediaType) == true) return;
            (answer.Content ??= new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal))[mediaType] = new() { Schema = SchemaOf(mediaType) };
        }
    }

    static OpenApiSchema SchemaOf(string mediaType) => mediaType.StartsWith("text/", StringComparison.Ordinal)
        ? new() { Type = JsonSchemaType.String, Description = "The text of the file." }
        : new() { Type = JsonSchemaType.String, Format = "binary", Description = "The bytes of the file." };
}
