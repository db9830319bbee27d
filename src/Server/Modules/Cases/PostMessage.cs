using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <param name="Content">1 to 20 000 characters after trimming.</param>
/// <param name="ReplyTo">A message of the same case that this one answers.</param>
/// <param name="ClientToken">At most 100 characters, the client's own. Repeating it in the same case finds the first message instead of posting again.</param>
/// <param name="AskAssistant">Whether the assistant is to answer; true for the owner when left out.</param>
/// <param name="Attachments">At most 10: ids of files that the sender has uploaded for this case, or names and addresses of files to fetch.</param>
internal sealed record PostMessageRequest(
    string? Content, Guid? ReplyTo, string? ClientToken, bool? AskAssistant, IReadOnlyList<AttachmentRequest?>? Attachments);

internal sealed class PostMessageValidator : AbstractValidator<PostMessageRequest>
{
    public const int MaxContent = 20_000;
    public const int MaxClientToken = 100;

    public PostMessageValidator()
    {
        RuleFor(r => r.Content).Text(1, MaxContent);
        RuleFor(r => r.ClientToken).OptionalText(MaxClientToken)
            .Must(token => token is null || token.Length > 0).WithMessage("must not be empty: leave it out instead.");
        RuleFor(r => r.Attachments).Attachments();
    }
}

/// <summary>Posts a message: the owner, staff, and assistants by API key. The answer comes after the commit.</summary>
internal sealed class PostMessage(IMessages messages, IThreads threads, IFiles files, CaseMessages shown, CaseAccess access, RequestTransaction transaction)
{
    public static void Map(RouteGroupBuilder cases) => cases.MapPost("/{id:guid}/messages", async (
            Guid id, PostMessageRequest request, Caller caller, HttpContext http, PostMessage useCase, CancellationToken cancellationToken) =>
        {
            var (message, problem) = await useCase.PostAsync(id, request, caller, cancellationToken);
            return message is null ? problem! : (Results<Created<MessageResponse>, ProblemHttpResult>)TypedResults.Created($"{http.Request.Path.Value!.TrimEnd('/')}/{message.Id}", message);
        })
        .RequireRoles(CaseAccess.Posters).AllowScope("cases:write")
        .WithSummary("Post a message")
        .WithDescription("""
            For the owner, staff, and assistants by API key. With a `client_token` the call can be repeated safely after any failure: it answers 201 with the first message,
            whatever the rest of the body says. A closed case refuses with 409. A file to fetch from an address is `pending` at first; when it can't be had, the message
            stands and the attachment says why.
            """);

    /// <summary>Shared by the route and the WebSocket: exactly one of message and problem comes back.</summary>
    public async Task<(MessageResponse? Message, ProblemHttpResult? Problem)> PostAsync(Guid caseId, PostMessageRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var policy = CaseAccess.Policy;
        var role = policy.RoleOf(caller);
        var asks = role != SenderRole.Assistant && (request.AskAssistant ?? role == SenderRole.User);
        var message = new NewMessage(caseId, policy.Kind, policy.Post(caller), caller.UserId, caller.Role.Wire(), role, caller.Name ?? Unnamed(role), request.Content!.Trim())
        {
            ReplyTo = request.ReplyTo,
            ClientToken = request.ClientToken,
            AsksAssistant = asks,
            TakesTurn = policy.TakesTurn(caller) && !asks,
        };
        var (result, unfit) = request.Attachments is { Count: > 0 } attachments
            ? await PostAsync(message, [.. attachments.Select(a => a!.ToAttach())], caller, cancellationToken)
            : (await messages.PostAsync(message, cancellationToken), null);
        if (unfit is { } index)
        {
            await access.RecordReadAsync(caseId, "message.post", found: false, caller, cancellationToken);
            return (null, Problems.Invalid($"attachments[{index}]", "must be a file that you have uploaded for this case and not attached yet."));
        }
        return result.Outcome switch
        {
            PostOutcome.Posted or PostOutcome.Replayed => (await shown.ShowAsync(result.Message!, cancellationToken), null),
            PostOutcome.Closed => (null, CaseProblems.Closed()),
            PostOutcome.UnknownReply => (null, Problems.Invalid("reply_to", "must be a message of this case.")),
            _ => (null, Problems.NotFound()),
        };
    }

    /// <summary>
    /// Message and files commit together. Also gives the index of an attachment that can't be had, when that is what refuses the post; a repeated client
    /// token is none: the first time took the files.
    /// </summary>
    Task<(PostResult Result, int? Unfit)> PostAsync(NewMessage message, IReadOnlyList<NewAttachment> wanted, Caller caller, CancellationToken cancellationToken) =>
        transaction.RunAsync<(PostResult, int?)>(async () =>
        {
            var thread = new ThreadScope(message.ThreadId, message.Kind, caller.UserId, message.Reach);
            var (place, id) = (CaseFiles.PlaceOf(message.ThreadId), Guid.CreateVersion7());
            if (await threads.LockAsync(thread, cancellationToken) && await files.HoldAsync(place, wanted, caller, cancellationToken) is { } unfit)
                return message.ClientToken is { } token && await messages.FindByTokenAsync(thread, token, cancellationToken) is { } first
                    ? (new(PostOutcome.Replayed, first), null)
                    : (default, unfit);
            var result = await messages.PostAsync(message with { Id = id, Attachments = [.. wanted.Select(a => a.Id)] }, cancellationToken);
            if (result.Outcome == PostOutcome.Posted) await files.AttachAsync(place, id, wanted, caller, cancellationToken);
            return (result, null);
        }, cancellationToken);

    static string Unnamed(SenderRole role) => role switch
    {
        SenderRole.Staff => "Staff",
        SenderRole.Assistant => "Assistant",
        _ => "User",
    };
}

internal static class CaseProblems
{
    public static ProblemHttpResult Closed() => Problems.Conflict("case_closed", "The case is closed: reopen it first.");
}
