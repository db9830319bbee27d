using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Ids;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Conversations;

/// <summary>A conversation to create.</summary>
/// <param name="Description">What it is about: 1 to 500 characters after trimming.</param>
/// <param name="Title">A short name; optional, at most 200 characters.</param>
internal sealed record CreateConversationRequest(string? Description, string? Title);

internal sealed class CreateConversationValidator : AbstractValidator<CreateConversationRequest>
{
    public CreateConversationValidator()
    {
        RuleFor(r => r.Description).Text(1, Conversation.MaxDescription);
        RuleFor(r => r.Title).OptionalText(Conversation.MaxTitle);
    }
}

/// <summary>Opens a conversation: a program with the scope <c>conversations:write</c>.</summary>
internal sealed class CreateConversation(ConsiliumDb db, RequestTransaction transaction, IThreads threads, ConversationAccess access)
{
    public static void Map(RouteGroupBuilder conversations) => conversations.MapPost("", (
            CreateConversationRequest request, Caller caller, HttpContext http, CreateConversation useCase) => useCase.HandleAsync(request, caller, http))
        .RequireScope(ConversationAccess.WriteScope)
        .ReplaysToAllItsCallers()
        .WithSummary("Create a conversation")
        .WithDescription("White space around title and description is left away; a title of nothing else is none.");

    async Task<Created<ConversationResponse>> HandleAsync(CreateConversationRequest request, Caller caller, HttpContext http)
    {
        var cancellationToken = http.RequestAborted;
        var id = RandomIds.New();
        var title = request.Title.TrimmedOrNull();
        await transaction.RunAsync(async () =>
        {
            db.Add(Conversation.Open(id, title, request.Description!.Trimmed()));
            await db.SaveChangesAsync(cancellationToken);
            await threads.OpenAsync(id, ConversationAccess.Policy.Kind, caller.UserId, SenderRole.User, caller, cancellationToken);
        }, cancellationToken);
        return TypedResults.Created($"{http.Request.Path.Value!.TrimEnd('/')}/{id}", await access.FindAsync(id, null, cancellationToken));
    }
}
