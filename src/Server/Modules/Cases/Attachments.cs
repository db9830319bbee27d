using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <summary>Takes in files to name in a message of an open case, and lists what hangs on a message: for whoever may read the case.</summary>
internal static class Attachments
{
    public static void Map(RouteGroupBuilder cases)
    {
        cases.MapPost("/{id:guid}/attachments", ReceiveAsync)
            .RequireRoles(CaseAccess.Readers)
            .TakesFile()
            .JudgesReplaysIn(CaseAccess.Policy, "message.attachments")
            .WithSummary("Upload a file for a case")
            .WithDescription("For its owner, staff and admins, while it is open. Until the file is named in a message, only its uploader can read it.");
        cases.MapGet("/{id:guid}/messages/{messageId:guid}/attachments", ListAsync)
            .RequireRoles(CaseAccess.Readers)
            .WithSummary("List the files of a message")
            .WithDescription("In the order in which they were named. Empty once the message is retracted.");
    }

    static Task<IResult> ReceiveAsync(Guid id, HttpContext http, Caller caller, CaseAccess access, IFiles files) =>
        files.ReceiveAsync(http, CaseAccess.ToRead(id, caller).Files, caller, async () =>
        {
            var found = await access.FindAsync(id, caller, http.RequestAborted);
            if (found is { Status: CaseStatus.Open }) return null;
            await access.RecordReadAsync(id, "attachment.upload", found: false, caller, http.RequestAborted);
            return found is null ? Problems.NotFound() : CaseProblems.Closed();
        });

    static async Task<Results<Ok<Page<Attachment>>, ProblemHttpResult>> ListAsync(
        Guid id, Guid messageId, Caller caller, IMessages messages, CaseAccess access, CancellationToken cancellationToken)
    {
        var message = await messages.FindAsync(CaseAccess.ToRead(id, caller), messageId, cancellationToken);
        await access.RecordReadAsync(id, "message.attachments", message is not null, caller, cancellationToken);
        return message is null ? Problems.NotFound() : TypedResults.Ok(new Page<Attachment>(message.Attachments, null));
    }
}
