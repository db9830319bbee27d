using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace Consilium.Platform.OpenApi;

/// <summary>The document as it is served: written once, when it is first asked for.</summary>
internal sealed class ApiDocument([FromKeyedServices(OpenApiModule.DocumentName)] IOpenApiDocumentProvider provider)
{
    public const string Path = $"/openapi/{OpenApiModule.DocumentName}.json";

    /// <summary>Where it is, and where tools that know the API by its base address look for it.</summary>
    static readonly string[] Paths = [Path, "/openapi.json", "/api/v1/openapi.json"];

    readonly Lazy<Task<(byte[] Json, EntityTagHeaderValue Tag)>> written = new(() => WriteAsync(provider));

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var path in Paths)
        {
            app.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], async (ApiDocument document, HttpContext context) =>
            {
                var (json, tag) = await document.written.Value;
                context.Response.Headers.CacheControl = "no-cache"; // kept by clients, and asked about
                return Results.Bytes(json, "application/json; charset=utf-8", entityTag: tag);
            }).AllowAnonymous().ExcludeFromDescription();
        }
    }

    static async Task<(byte[] Json, EntityTagHeaderValue Tag)> WriteAsync(IOpenApiDocumentProvider provider)
    {
        var document = await provider.GetOpenApiDocumentAsync();
        var json = Encoding.UTF8.GetBytes((await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1)).ReplaceLineEndings("\n") + "\n");
        return (json, new($"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 8))}\""));
    }
}
