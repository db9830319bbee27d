using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>The API's own description: <c>/openapi/v1.json</c>.</summary>
internal static class OpenApiModule
{
    public const string DocumentName = "v1";

    public static void AddApiDocument(this IServiceCollection services)
    {
        services.AddSingleton<ApiDocument>();
        services.AddOpenApi(DocumentName, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = description => description.HttpMethod != HttpMethods.Head;
        });
    }
}
