using Consilium.Platform.Idempotency;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Files.Contracts;

/// <summary>What a route says that takes a file.</summary>
internal static class FileRoutes
{
    /// <summary>The route's handler passes the request to <see cref="IFiles"/>, whatever <c>Idempotency-Key</c> it carries.</summary>
    public static RouteHandlerBuilder TakesFile(this RouteHandlerBuilder route) => route.TakesFile<UploadFileRequest, Attachment>();

    /// <typeparam name="TForm">The parts of the form, as the API's document shows them.</typeparam>
    /// <typeparam name="TAnswer">Of the item that the file becomes.</typeparam>
    public static RouteHandlerBuilder TakesFile<TForm, TAnswer>(this RouteHandlerBuilder route) where TForm : notnull
    {
        route.Accepts<TForm>(Upload.ContentType)
            .Produces<TAnswer>(201).ProducesProblem(400).ProducesProblem(413).ProducesProblem(415)
            .WithMetadata(new OwnIdempotency());
        route.Add(endpoint =>
            endpoint.Metadata.Add(new RequestSizeLimitAttribute(Upload.LargestBody(endpoint.ApplicationServices.GetRequiredService<FilesSettings>()))));
        return route;
    }
}

/// <summary>A form with one file.</summary>
/// <param name="File">A picture, PDF, text, CSV, Word, Excel or audio file. The part's name and type are taken from it; other parts are ignored.</param>
internal sealed record UploadFileRequest(IFormFile File);
