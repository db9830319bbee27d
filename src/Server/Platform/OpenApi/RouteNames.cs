using System.Globalization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>
/// Each operation's tag, from its module unless the route says otherwise, its summary without a full stop, and a stable id made of that:
/// <c>Reopen a closed case</c> becomes <c>reopenClosedCase</c>.
/// </summary>
internal sealed class RouteNames : IOpenApiOperationTransformer
{
    static readonly string[] Articles = ["a", "an", "the", "this", "one", "one's"];

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (!metadata.OfType<ITagsMetadata>().Any() && ModuleOf(metadata) is { } module)
            operation.Tags = new HashSet<OpenApiTagReference> { new(module, context.Document) };
        foreach (var meaning in metadata.OfType<TagMeaning>()) Describe(context.Document!, operation.Tags?.FirstOrDefault()?.Name, meaning.Text);
        operation.Summary = operation.Summary?.Trim().TrimEnd('.');
        operation.OperationId = Id(operation.OperationId ?? Words(operation.Summary ?? ""));
        return Task.CompletedTask;
    }

    static void Describe(OpenApiDocument document, string? tag, string meaning)
    {
        var tags = document.Tags ??= new HashSet<OpenApiTag>();
        var there = tags.FirstOrDefault(one => one.Name == tag);
        if (there is null) tags.Add(new() { Name = tag, Description = meaning });
        else there.Description = meaning;
    }

    // Consilium.Modules.Cases.OpenCase → Cases
    static string? ModuleOf(IList<object> metadata) => metadata.OfType<System.Reflection.MethodInfo>().FirstOrDefault()?.DeclaringType?.Namespace?.Split('.') is [_, _, var module, ..]
        ? module
        : null;

    static string Words(string summary)
    {
        var clause = summary.Split(',', ';', ':', '(', '.')[0];
        var words = clause.Split([' ', '-', '/', '\'', '’'], StringSplitOptions.RemoveEmptyEntries).Where(word => !Articles.Contains(word, StringComparer.OrdinalIgnoreCase));
        return string.Concat(words.Select(word => CultureInfo.InvariantCulture.TextInfo.ToTitleCase(word)).Select(word => string.Concat(word.Where(char.IsAsciiLetterOrDigit))));
    }

    static string? Id(string name) => name.Length == 0 ? null : char.ToLowerInvariant(name[0]) + name[1..];
}
