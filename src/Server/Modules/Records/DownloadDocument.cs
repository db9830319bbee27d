using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Records;

/// <summary>Gives a document's bytes to whoever may read the patient's data.</summary>
internal static class DownloadDocument
{
    public const string Action = "document.download";

    public static void Map(RouteGroupBuilder all) => all.MapGet("/{id:guid}/download", HandleAsync)
        .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
        .WithSummary("Download a document")
        .WithDescription("""
            Knows ranges and `If-None-Match`. A document that is still being scanned answers 409 `file_pending`, one that may not be had 409 `file_blocked`.
            """)
        .GivesFile();

    /// <summary>What a route says that gives a file.</summary>
    public static RouteHandlerBuilder GivesFile(this RouteHandlerBuilder route) => route
        .AnswersFile().WithEntityTag().WithAnswer(200, "The document's file, by its own media type.")
        .ProducesProblem(409).ProducesProblem(416);

    static async Task<IResult> HandleAsync(Guid id, Caller caller, HttpContext http, Documents documents, IFiles files)
    {
        if (await documents.ReadAsync(id, Action, caller, http.RequestAborted) is null) return Problems.NotFound();
        var (download, problem) = await files.OpenAsync(id, http);
        return (IResult?)download ?? problem!;
    }
}
