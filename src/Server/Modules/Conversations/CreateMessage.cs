using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Conversations;

/// <summary>A message to post in a conversation.</summary>
/// <param name="Text">1 to 20 000 characters after trimming.</param>
/// <param name="Role">Who speaks: <c>user</c>, whom the assistant answers, or <c>assistant</c>, for those who answer by a program of their own.</param>
internal sealed record CreateConversationMessageRequest(string? Text, string? Role);

internal sealed class CreateConversationMessageValidator : AbstractValidator<CreateConversationMessageRequest>
{
    public CreateConversationMessageValidator()
    {
        RuleFor(r => r.Text).Text(1, Conversation.MaxText);
        RuleFor(r => r.Role).Cascade(CascadeMode.Stop)
            .NotNull().WithMessage("is required: user or assistant.")
            .OneOf([MessageRoles.User, MessageRoles.Assistant]);
    }
}

/// <summary>Posts a message: a program with the scope <c>conversations:write</c>. What the user says is answered by the assistant, after the commit.</summary>
internal sealed class CreateMessage(IMessages messages)
{
    const string Create = "/create";

    public static void Map(RouteGroupBuilder conversations) => conversations.MapPost($"/{{id:guid}}/messages{Create}", (
            Guid id, CreateConversationMessageRequest request, Caller caller, HttpContext http, CreateMessage useCase) =>
            useCase.HandleAsync(id, request, caller, http))
        .RequireScope(ConversationAccess.WriteScope).RefusedFirst(ConversationAccess.RefusalAsync)
        .ReplaysToAllItsCallers()
        .WithSummary("Create a message")
        .WithDescription("""
            Answers at once. Of the role `user` it is a question: the assistant's message follows by itself in the list of messages. Of the role `assistant` it
            is shown as the assistant's, and nobody is asked. White space around the text is left away, inside it stays.
            """);

    async Task<Results<Created<ConversationMessageResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, CreateConversationMessageRequest request, Caller caller, HttpContext http)
    {
        var policy = ConversationAccess.Policy;
        var isQuestion = request.Role == MessageRoles.User;
        var message = new NewMessage(
            id, policy.Kind, policy.Post(caller), caller.UserId, caller.Role.Wire(), isQuestion ? SenderRole.User : SenderRole.Assistant,
            isQuestion ? "User" : caller.Name ?? "Assistant", request.Text!.Trimmed())
        {
            AsksAssistant = isQuestion,
        };
        var posted = (await messages.PostAsync(message, http.RequestAborted)).Message;
        if (posted is null) return Problems.NotFound();
        var shown = new ConversationMessageResponse(posted.Id, id, request.Role!, posted.Content, posted.CreatedAt, posted.CreatedAt);
        var list = http.Request.Path.Value!.TrimEnd('/')[..^Create.Length]; // at the address that was asked
        return TypedResults.Created($"{list}/{posted.Id}", shown);
    }
}

/// <summary>Who speaks in a conversation: the engine's words for two of its roles.</summary>
internal static class MessageRoles
{
    public const string User = "user";
    public const string Assistant = "assistant";
}
