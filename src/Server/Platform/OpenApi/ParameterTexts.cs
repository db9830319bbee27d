using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;
using Consilium.Platform.Json;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>
/// What the parameters of an operation mean and take: the words of the route (<see cref="RouteTexts.WithParameter"/>) or of the <c>param</c> of the
/// record that holds them, and the rules that their attributes state.
/// </summary>
internal sealed class ParameterTexts : IOpenApiOperationTransformer
{
    static readonly Dictionary<string, string> Everywhere = new(StringComparer.Ordinal)
    {
        ["limit"] = "The most items in one page.",
        ["cursor"] = "`next_cursor` of the page before. Without it the list begins at its start.",
        ["Last-Event-ID"] = "The `id` of the last frame that arrived: the stream goes on after it. EventSource sends it by itself.",
    };

    public async Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var declared = metadata.OfType<MethodInfo>().FirstOrDefault() is { } handler
            ? RouteParameter.Of(handler).ToLookup(parameter => parameter.Name, StringComparer.Ordinal)
            : null;
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            var name = parameter.In == ParameterLocation.Path ? JsonPaths.OfMember(parameter.Name!) : parameter.Name!;
            var source = declared?[name].FirstOrDefault();
            parameter.Description = metadata.OfType<ParameterMeaning>().LastOrDefault(meaning => meaning.Name == name)?.Text
                ?? await OfMemberAsync(source, name, context, cancellationToken) ?? parameter.Description ?? Everywhere.GetValueOrDefault(name);
            if (source is not null) Apply(source, parameter);
        }
    }

    static async Task<string?> OfMemberAsync(
        RouteParameter? source, string name, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (source?.Member is null) return null;
        var whole = await context.GetOrCreateSchemaAsync(source.Member.ReflectedType!, parameterDescription: null, cancellationToken);
        return whole.Properties?.TryGetValue(name, out var member) == true ? member.Description : null;
    }

    static void Apply(RouteParameter source, OpenApiParameter parameter)
    {
        if (source.Attribute<RequiredAttribute>() is not null) parameter.Required = true;
        if (parameter.Schema is not OpenApiSchema schema) return;
        if (source.Type == typeof(Limit)) WireSchemas.DescribeLimit(schema); // the framework says "string" of what parses itself
        if (source.Attribute<OneOfAttribute>() is { } known) schema.Enum = [.. known.Values.Select(value => (JsonNode)value)];
        if (ParameterRules.MaxLengthOf(source) is { } most) schema.MaxLength = most;
        if (ParameterRules.IsTime(source)) schema.Format = "date-time";
    }
}
