using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Conversations;

/// <summary>Takes any message out of a conversation: a program with the scope <c>conversations:write</c>. Once: the second time there is none.</summary>
internal sealed class DeleteMessage(IMessages messages, IThreads threads, RequestTransaction transaction, ConversationAccess access)
{
    public static void Map(RouteGroupBuilder conversations) => conversations.MapDelete("/{id:guid}/messages/{messageId:guid}", (
            Guid id, Guid messageId, Caller caller, DeleteMessage useCase, CancellationToken cancellationToken) =>
            useCase.HandleAsync(id, messageId, caller, cancellationToken))
        .RequireScope(ConversationAccess.WriteScope)
        .WithSummary("Delete a message")
        .WithDescription("It leaves all lists and their counts. A question that has no answer yet gets none.");

    async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(Guid id, Guid messageId, Caller caller, CancellationToken cancellationToken)
    {
        var thread = ConversationAccess.ScopeOf(id, caller);
        var deleted = await transaction.RunAsync(async () =>
            await threads.LockAsync(thread, cancellationToken) // so that of two at once one finds it gone
            && await messages.FindAsync(thread, messageId, cancellationToken) is { Retracted: false }
            && await messages.RetractAsync(thread, messageId, mayRetractOthers: true, caller, cancellationToken) == ChangeOutcome.Done, cancellationToken);
        if (deleted) return TypedResults.NoContent();
        await access.RecordAsync(id, "message.retract", found: false, caller, cancellationToken);
        return Problems.NotFound();
    }
}
