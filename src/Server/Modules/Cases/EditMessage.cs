using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <summary>The new text of a message.</summary>
/// <param name="Content">The new text: 1 to 20 000 characters after trimming.</param>
internal sealed record EditMessageRequest(string? Content);

internal sealed class EditMessageValidator : AbstractValidator<EditMessageRequest>
{
    public EditMessageValidator() => RuleFor(r => r.Content).Text(1, PostMessageValidator.MaxContent);
}

/// <summary>Changes the text of a message: its author, while the case is open. Earlier texts are kept for staff.</summary>
internal static class EditMessage
{
    public static void Map(RouteGroupBuilder cases)
    {
        cases.MapPatch("/{id:guid}/messages/{messageId:guid}", HandleAsync).Describe();
        cases.MapPost("/{id:guid}/messages/{messageId:guid}/edit", HandleAsync).JudgesReplaysIn(CaseAccess.Policy, "messages.read").Describe();
    }

    static void Describe(this RouteHandlerBuilder route) => route
        .RequireRoles(CaseAccess.Readers)
        .WithSummary("Edit a message")
        .WithDescription("For its author, while the case is open. Earlier versions are kept and readable by staff.");

    static async Task<Results<Ok<MessageResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, Guid messageId, EditMessageRequest request, Caller caller, IMessages messages, CancellationToken cancellationToken)
    {
        var (outcome, message) = await messages.EditAsync(CaseAccess.ToRead(id, caller), messageId, request.Content!.Trimmed(), caller, cancellationToken);
        return outcome switch
        {
            ChangeOutcome.Done => TypedResults.Ok(MessageResponse.Of(message!)),
            ChangeOutcome.Closed => CaseProblems.Closed(),
            ChangeOutcome.Retracted => Problems.Conflict("message_retracted", "The message was retracted."),
            _ => Problems.NotFound(),
        };
    }
}
