using System.Globalization;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Files;

/// <summary>Gives a file's thumbnail to whoever may read the file.</summary>
internal static class GetThumbnail
{
    const int SecondsToRetry = 5;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void Map(RouteGroupBuilder files) => files.MapGet("/{id:guid}/thumbnail", HandleAsync)
        .WithSummary("Download a file's thumbnail")
        .WithDescription("""
            A WebP, 200 pixels wide, upright, without metadata. For those who may read the file. 404 where there is none; 503 with `Retry-After` while it is being made again.
            """)
        .AnswersFile("image/webp").WithEntityTag().WithAnswer(200, "The thumbnail, a WebP.")
        .ProducesProblem(409).ProducesProblem(416).ProducesProblem(503);

    static async Task<IResult> HandleAsync(Guid id, Caller caller, HttpContext http, FileAccess access, ThumbnailCache cache, ThumbnailMaker maker)
    {
        var (file, problem) = await access.FindAsync(id, "file.thumbnail", http, caller);
        if (file is null) return problem!;
        if (!file.HasThumbnail) return Problems.NotFound();
        if (cache.Open(file.Sha256) is { } cached) return Answer(file, cached);
        await maker.MakeAsync(file.Sha256).WaitAsync(Patience, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cache.Open(file.Sha256) is { } made) return Answer(file, made);
        http.Response.Headers.RetryAfter = SecondsToRetry.ToString(CultureInfo.InvariantCulture);
        return Problems.Of(503, "thumbnail_not_ready", "The thumbnail is to be made again, which takes a while: try again shortly.");
    }

    static FileAnswer Answer(ReadableFile file, FileStream content) => new(
        content, "image/webp", Path.ChangeExtension(file.FileName, ".webp"), $"{file.Sha256}-v{Decoder.Version}", file.CreatedAt);
}
