using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <summary>A message to post in a case.</summary>
/// <param name="Content">1 to 20 000 characters after trimming.</param>
/// <param name="ReplyTo">A message of the same case that this one answers.</param>
/// <param name="ClientToken">At most 100 characters, the client's own. Repeating it in the same case finds the first message instead of posting again.</param>
/// <param name="AskAssistant">Whether the assistant is to answer; true for the owner when left out.</param>
/// <param name="Attachments">At most 10: ids of files that the sender has uploaded for this case, or names and addresses of files to fetch.</param>
/// <param name="Attachment">One attachment, in place of a list of one.</param>
internal sealed record PostMessageRequest(
    string? Content, Guid? ReplyTo, string? ClientToken, bool? AskAssistant, IReadOnlyList<AttachmentRequest?>? Attachments, AttachmentRequest? Attachment = null);

internal sealed class PostMessageValidator : AbstractValidator<PostMessageRequest>
{
    public const int MaxContent = 20_000;
    public const int MaxClientToken = 100;

    public PostMessageValidator()
    {
        RuleFor(r => r.Content).Text(1, MaxContent);
        RuleFor(r => r.ClientToken).OptionalText(MaxClientToken)
            .Must(token => token is null || !VisibleText.IsBlank(token)).WithMessage("must not be empty: leave it out instead.");
        RuleFor(r => r.Attachments).Attachments();
        RuleFor(r => r.Attachment).Attachment(r => r.Attachments);
    }
}

/// <summary>Posts a message: the owner, staff, and assistants by API key. The answer comes after the commit.</summary>
internal static class PostMessage
{
    public static void Map(RouteGroupBuilder cases) => cases.MapPost("/{id:guid}/messages", async (
            Guid id, PostMessageRequest request, Caller caller, HttpContext http, IMessages messages, CancellationToken cancellationToken) =>
        {
            var (message, problem) = await PostAsync(messages, id, request, caller, cancellationToken);
            return message is null ? problem! : (Results<Created<MessageResponse>, ProblemHttpResult>)TypedResults.Created($"{http.Request.Path.Value!.TrimEnd('/')}/{message.Id}", message);
        })
        .RequireRoles(CaseAccess.Posters).AllowScope("cases:write")
        .JudgesReplaysIn(CaseAccess.Policy, "messages.read")
        .WithSummary("Post a message")
        .WithDescription("""
            For the owner, staff, and assistants by API key. With a `client_token` the call can be repeated safely after any failure: it answers 201 with the first message,
            whatever the rest of the body says. A closed case refuses with 409. A file to fetch from an address is `pending` at first; when it can't be had, the message
            stands and the attachment says why.
            """);

    /// <summary>Shared by the route and the WebSocket: exactly one of message and problem comes back.</summary>
    public static async Task<(MessageResponse? Message, ProblemHttpResult? Problem)> PostAsync(
        IMessages messages, Guid caseId, PostMessageRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var message = CaseAccess.Policy.MessageBy(caller, caseId, request.Content!.Trimmed());
        var asks = message.SenderRole != SenderRole.Assistant && (request.AskAssistant ?? message.SenderRole == SenderRole.User);
        var result = await messages.PostAsync(message with
        {
            ReplyTo = request.ReplyTo,
            ClientToken = request.ClientToken,
            AsksAssistant = asks,
            TakesTurn = CaseAccess.Policy.TakesTurn(caller) && !asks,
            Attachments = AttachmentRules.ToAttach(request.Attachment, request.Attachments),
        }, cancellationToken);
        return result.Outcome switch
        {
            PostOutcome.Posted or PostOutcome.Replayed => (MessageResponse.Of(result.Message!), null),
            PostOutcome.Closed => (null, CaseProblems.Closed()),
            PostOutcome.UnknownReply => (null, Problems.Invalid("reply_to", "must be a message of this case.")),
            PostOutcome.UnfitAttachment =>
                (null, Problems.Invalid(AttachmentRules.PathOf(request.Attachment, result.Unfit), "must be a file that you have uploaded for this case and not attached yet.")),
            _ => (null, Problems.NotFound()),
        };
    }
}

internal static class CaseProblems
{
    public static ProblemHttpResult Closed() => Problems.Conflict("case_closed", "The case is closed: reopen it first.");
}
