using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Conversations;

/// <summary>Shows a conversation to whoever may read it, if it has the text that is asked for.</summary>
internal static class GetConversation
{
    public static RouteHandlerBuilder Map(RouteGroupBuilder conversations) => conversations.MapGet("/{id:guid}", HandleAsync)
        .WithSummary("Get a conversation")
        .WithParameter("q", "Answer only if the title or the description contains this text.")
        .WithDescription("With `q` only if title or description contain that text, without regard to case, accents and punctuation; otherwise 404.");

    static async Task<Results<Ok<ConversationResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, [MaxLength(ListMessages.MaxQuery)] string? q, Caller? caller, ConversationAccess access, CancellationToken cancellationToken)
    {
        var found = await access.FindAsync(id, q, cancellationToken);
        await access.RecordAsync(id, "conversation.read", found is not null, caller, cancellationToken);
        return found is null ? Problems.NotFound() : TypedResults.Ok(found);
    }
}
