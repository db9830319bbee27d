using Consilium.Platform.Hosting;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>The API's own description at <c>/openapi/v1.json</c> and the pages that show it: see docs/openapi.md for what a module declares.</summary>
internal static class OpenApiModule
{
    public const string DocumentName = "v1";

    public static void AddApiDocument(this IServiceCollection services)
    {
        services.AddSingleton<ApiDocument>();
        services.AddSingleton<ExampleBodies>();
        services.AddSingleton<RequestProbe>();
        services.AddOpenApi(DocumentName, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = description => description.HttpMethod != HttpMethods.Head; // answered wherever GET is
            options.CreateSchemaReferenceId = SchemaNames.Of;
            options.AddSchemaTransformer<WireSchemas>();
            options.AddOperationTransformer<RouteNames>();
            options.AddOperationTransformer<RouteSecurity>();
            options.AddOperationTransformer<ParameterTexts>();
            options.AddOperationTransformer<FileAnswers>();
            options.AddOperationTransformer<RouteAnswers>();
            options.AddOperationTransformer<DeprecatedOperations>();
            options.AddOperationTransformer<BodyExamples>();
            options.AddDocumentTransformer<DocumentShape>();
            options.AddDocumentTransformer<MemberRules>();
            options.AddDocumentTransformer<AnswerTexts>();
        });
    }

    public static void MapApiDocument(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<DocsSettings>().Enabled) return;
        ApiDocument.Map(app);
        DocsPages.Map(app);
    }
}
