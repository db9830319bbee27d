using System.Globalization;
using Consilium.Platform.Hosting;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>Marks the operations of routes that go, and says since when, until when and where to read on.</summary>
internal sealed class DeprecatedOperations : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<Deprecation>().LastOrDefault() is not { } deprecation) return Task.CompletedTask;
        var until = deprecation.Sunset is { } sunset ? $" It ends on {Day(sunset)}." : "";
        operation.Deprecated = true;
        var since = $"Deprecated since {Day(deprecation.Since)}.{until} What to use instead: <{deprecation.Link}>.";
        operation.Description = $"{operation.Description}\n\n{since}".Trim();
        return Task.CompletedTask;
    }

    static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
