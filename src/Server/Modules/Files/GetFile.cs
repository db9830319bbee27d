using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Files;

/// <summary>Gives a file's bytes to whoever may read what it hangs on.</summary>
internal static class GetFile
{
    public static void Map(RouteGroupBuilder files) => files.MapGet("/{id:guid}", HandleAsync)
        .WithSummary("Download a file")
        .WithDescription("""
            For those who may read what the file hangs on, and for its owner while it hangs on nothing. Knows ranges and `If-None-Match`. A file that is still being
            fetched or scanned answers 409 `file_pending`, one that may not be had 409 `file_blocked`.
            """)
        .AnswersFile().WithEntityTag().WithAnswer(200, "The file, by its own media type.")
        .ProducesProblem(409).ProducesProblem(416);

    static async Task<IResult> HandleAsync(Guid id, Caller caller, HttpContext http, FileAccess access)
    {
        var (file, problem) = await access.FindAsync(id, "file.read", http, caller);
        if (file is null) return problem!;
        (var answer, problem) = await access.OpenAsync(file, http.RequestAborted);
        return (IResult?)answer ?? problem!;
    }
}
