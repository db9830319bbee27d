using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <param name="Content">1 to 20 000 characters after trimming.</param>
/// <param name="ReplyTo">A message of the same case that this one answers.</param>
/// <param name="ClientToken">At most 100 characters, the client's own. Repeating it in the same case finds the first message instead of posting again.</param>
/// <param name="AskAssistant">Whether the assistant is to answer; true for the owner when left out.</param>
/// <param name="Attachments">Not available yet: leave it out or empty.</param>
internal sealed record PostMessageRequest(string? Content, Guid? ReplyTo, string? ClientToken, bool? AskAssistant, JsonElement? Attachments);

internal sealed class PostMessageValidator : AbstractValidator<PostMessageRequest>
{
    public const int MaxContent = 20_000;
    public const int MaxClientToken = 100;

    public PostMessageValidator()
    {
        RuleFor(r => r.Content).Text(1, MaxContent);
        RuleFor(r => r.ClientToken).OptionalText(MaxClientToken)
            .Must(token => token is null || token.Length > 0).WithMessage("must not be empty: leave it out instead.");
        RuleFor(r => r.Attachments).Must(a => a is not { } given || given.ValueKind == JsonValueKind.Null || (given.ValueKind == JsonValueKind.Array && given.GetArrayLength() == 0))
            .WithMessage("are not available in this version: post the message without them.");
    }
}

/// <summary>Posts a message: the owner, staff, and assistants by API key. The answer comes after the commit.</summary>
internal sealed class PostMessage(IMessages messages)
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
            whatever the rest of the body says. A closed case refuses with 409.
            """);

    /// <summary>Shared by the route and the WebSocket: exactly one of message and problem comes back.</summary>
    public async Task<(MessageResponse? Message, ProblemHttpResult? Problem)> PostAsync(Guid caseId, PostMessageRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var policy = CaseAccess.Policy;
        var role = policy.RoleOf(caller);
        var asks = role != SenderRole.Assistant && (request.AskAssistant ?? role == SenderRole.User);
        var result = await messages.PostAsync(
            new(caseId, policy.Kind, policy.Post(caller), caller.UserId, caller.Role.Wire(), role, caller.Name ?? Unnamed(role), request.Content!.Trim())
            {
                ReplyTo = request.ReplyTo,
                ClientToken = request.ClientToken,
                AsksAssistant = asks,
                TakesTurn = policy.TakesTurn(caller) && !asks,
            }, cancellationToken);
        return result.Outcome switch
        {
            PostOutcome.Posted or PostOutcome.Replayed => (MessageResponse.Of(result.Message!), null),
            PostOutcome.Closed => (null, CaseProblems.Closed()),
            PostOutcome.UnknownReply => (null, Problems.Invalid("reply_to", "must be a message of this case.")),
            _ => (null, Problems.NotFound()),
        };
    }

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
