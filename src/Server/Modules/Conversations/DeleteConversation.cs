using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Conversations;

/// <summary>Deletes a conversation with all that was said in it, an answer that is being written included: a program with the scope <c>conversations:write</c>.</summary>
internal sealed class DeleteConversation(ConsiliumDb db, RequestTransaction transaction, IThreads threads, ConversationAccess access)
{
    public static void Map(RouteGroupBuilder conversations) => conversations.MapDelete("/{id:guid}/delete", (
            Guid id, Caller caller, DeleteConversation useCase, CancellationToken cancellationToken) => useCase.HandleAsync(id, caller, cancellationToken))
        .RequireScope(ConversationAccess.WriteScope)
        .WithSummary("Delete a conversation")
        .WithDescription("All its messages go with it, for good; an answer that is being written is given up.");

    async Task<Results<Ok<DeletedConversationResponse>, ProblemHttpResult>> HandleAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        var deleted = await transaction.RunAsync(async () =>
        {
            if (!await threads.DeleteAsync(ConversationAccess.ScopeOf(id, caller), caller, cancellationToken)) return false;
            await db.Set<Conversation>().Where(c => c.Id == id).ExecuteDeleteAsync(cancellationToken);
            return true;
        }, cancellationToken);
        if (deleted) return TypedResults.Ok(new DeletedConversationResponse("success", "The conversation and its messages are deleted.", id));
        await access.RecordAsync(id, "conversation.delete", found: false, caller, cancellationToken);
        return Problems.NotFound();
    }
}
