using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Conversations;

/// <summary>Shows a conversation to whoever may read it, if it has the text that is asked for.</summary>
internal static class GetConversation
{
    public static RouteHandlerBuilder Map(RouteGroupBuilder conversations) => conversations.MapGet("/{id:guid}", HandleAsync)
        .WithSummary("Get a conversation")
        .WithDescription("With `q` only if title or description contain that text, without regard to case, accents and punctuation; otherwise 404.");

    static async Task<Results<Ok<ConversationResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, string? q, Caller? caller, ConversationAccess access, CancellationToken cancellationToken)
    {
        if (q?.Length > ListMessages.MaxQuery) return ListMessages.QueryTooLong();
        var found = await access.FindAsync(id, q, cancellationToken);
        await access.RecordAsync(id, "conversation.read", found is not null, caller, cancellationToken);
        return found is null ? Problems.NotFound() : TypedResults.Ok(found);
    }
}
