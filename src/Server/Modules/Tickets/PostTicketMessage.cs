using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Tickets;

/// <summary>A message to post in a ticket.</summary>
/// <param name="Content">1 to 20 000 characters after trimming.</param>
/// <param name="ClientToken">At most 100 characters, the client's own. Repeating it in the same ticket finds the first message instead of posting again.</param>
/// <param name="Attachments">At most 10: ids of files that the sender has uploaded for this ticket, or names and addresses of files to fetch.</param>
/// <param name="Attachment">One attachment, in place of a list of one.</param>
internal sealed record PostTicketMessageRequest(
    string? Content, string? ClientToken, IReadOnlyList<AttachmentRequest?>? Attachments, AttachmentRequest? Attachment = null);

internal sealed class PostTicketMessageValidator : AbstractValidator<PostTicketMessageRequest>
{
    public const int MaxContent = 20_000;
    public const int MaxClientToken = 100;

    public PostTicketMessageValidator()
    {
        RuleFor(r => r.Content).Text(1, MaxContent);
        RuleFor(r => r.ClientToken).OptionalText(MaxClientToken)
            .Must(token => token is null || !VisibleText.IsBlank(token)).WithMessage("must not be empty: leave it out instead.");
        RuleFor(r => r.Attachments).Attachments();
        RuleFor(r => r.Attachment).Attachment(r => r.Attachments);
    }
}

/// <summary>Posts a message: the customer, staff and admins. It asks the assistant nothing, and does not take its turn.</summary>
internal static class PostTicketMessage
{
    public static void Map(RouteGroupBuilder tickets)
    {
        tickets.MapPost("/{id:guid}/messages", HandleAsync)
            .RequireRoles(TicketAccess.Readers)
            .JudgesReplaysIn(TicketAccess.Policy, "messages.read")
            .WithSummary("Post a message in a ticket")
            .WithDescription("""
                For its customer, staff and admins. With a `client_token` the call can be repeated safely after any failure: it answers 201 with the first message,
                whatever the rest of the body says. A closed ticket refuses with 409. The assistant answers when somebody reads `ai-response`.
                """);
        tickets.MapPost("/{id:guid}/attachments", ReceiveAsync)
            .RequireRoles(TicketAccess.Readers)
            .TakesFile()
            .JudgesReplaysIn(TicketAccess.Policy, "message.attachments")
            .WithSummary("Upload a file for a ticket")
            .WithDescription("For its customer, staff and admins, while it is not closed. Until the file is named in a message, only its uploader can read it.");
    }

    static async Task<Results<Created<TicketMessageResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, PostTicketMessageRequest request, Caller caller, HttpContext http, IMessages messages, CancellationToken cancellationToken)
    {
        var (message, problem) = await PostAsync(messages, id, request, caller, cancellationToken);
        return message is null ? problem! : TypedResults.Created($"{http.Request.Path.Value!.TrimEnd('/')}/{message.Id}", message);
    }

    /// <summary>Shared by the route and the WebSocket: exactly one of message and problem comes back.</summary>
    public static async Task<(TicketMessageResponse? Message, ProblemHttpResult? Problem)> PostAsync(
        IMessages messages, Guid ticketId, PostTicketMessageRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var result = await messages.PostAsync(TicketAccess.Policy.MessageBy(caller, ticketId, request.Content!.Trimmed()) with
        {
            ClientToken = request.ClientToken,
            Attachments = AttachmentRules.ToAttach(request.Attachment, request.Attachments),
        }, cancellationToken);
        return result.Outcome switch
        {
            PostOutcome.Posted or PostOutcome.Replayed => (TicketMessageResponse.Of(result.Message!), null),
            PostOutcome.Closed => (null, TicketProblems.Closed()),
            PostOutcome.UnfitAttachment =>
                (null, Problems.Invalid(AttachmentRules.PathOf(request.Attachment, result.Unfit), "must be a file that you have uploaded for this ticket and not attached yet.")),
            _ => (null, Problems.NotFound()),
        };
    }

    static Task<IResult> ReceiveAsync(Guid id, HttpContext http, Caller caller, TicketAccess access, IFiles files) =>
        files.ReceiveAsync(http, TicketAccess.ToRead(id, caller).Files, caller, async () =>
        {
            var found = await access.FindAsync(id, caller, http.RequestAborted);
            if (found is { Status: not TicketStatus.Closed }) return null;
            await access.RecordAsync(id, "attachment.upload", found: false, caller, http.RequestAborted);
            return found is null ? Problems.NotFound() : TicketProblems.Closed();
        });
}

internal static class TicketProblems
{
    public static ProblemHttpResult Closed() => Problems.Conflict("ticket_closed", "The ticket is closed: staff can open it again.");
}
