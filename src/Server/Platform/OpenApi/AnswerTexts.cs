using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>
/// What the answers are, where a route says no more than their status: by the description of the type that is answered, once all schemas are there.
/// </summary>
internal sealed class AnswerTexts : IOpenApiDocumentTransformer
{
    const string Events = "text/event-stream";

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var operations = document.Paths.Values.SelectMany(path => path.Operations ?? []).Select(entry => entry.Value);
        foreach (var (status, response) in operations.SelectMany(operation => operation.Responses!))
            if (response is OpenApiResponse answer && (string.IsNullOrEmpty(answer.Description) || answer.Description == Reason(status)))
                answer.Description = Text(status, answer);
        return Task.CompletedTask;

        string Text(string status, OpenApiResponse answer)
        {
            var body = Body(answer);
            return status switch
            {
                "101" => "The connection is a WebSocket from here on. The server sends these objects, one per text message.",
                "201" when answer.Headers?.ContainsKey(AnswerHeaders.Location) == true =>
                    $"It was created, and `Location` says where it is. {body}".Trim(),
                "201" => $"It was created. {body}".Trim(),
                "202" => $"The server will do it. {body}".Trim(),
                "204" => "It is done. The answer has no body.",
                "206" => "The part that `Range` asks for.",
                "304" => "Nothing has changed since the version that `If-None-Match` names. The answer has no body.",
                _ => body.Length > 0 ? body : Reason(status),
            };
        }

        string Body(OpenApiResponse answer)
        {
            if (answer.Content?.FirstOrDefault() is not { Value.Schema: { } schema } first) return "";
            var text = Description(schema);
            if (first.Key == Events) return $"Server-sent events. {(text.Length > 0 ? $"Their data: {text}" : "Their data is text.")}";
            var items = Resolved(schema)?.Properties?.TryGetValue("items", out var list) == true ? list.Items : null;
            return items is null ? text : $"A page of the list. Each item: {Description(items)}";
        }

        string Description(IOpenApiSchema schema) => Resolved(schema)?.Description?.Trim() ?? "";

        IOpenApiSchema? Resolved(IOpenApiSchema schema) =>
            schema is OpenApiSchemaReference { Reference.Id: { } id } ? document.Components!.Schemas![id] : schema;
    }

    static string Reason(string status) => ReasonPhrases.GetReasonPhrase(int.Parse(status, CultureInfo.InvariantCulture));
}
