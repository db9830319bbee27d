using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <summary>Whether the assistant has the turn.</summary>
/// <param name="Mode">Whether the assistant answers.</param>
internal sealed record SetAssistantModeRequest(AssistantMode? Mode);

internal sealed class SetAssistantModeValidator : AbstractValidator<SetAssistantModeRequest>
{
    public SetAssistantModeValidator() => RuleFor(r => r.Mode).NotNull().WithMessage("is required: on or off.");
}

/// <summary>Gives the assistant the turn in a case or takes it away: staff and admins. A message of theirs takes it away by itself.</summary>
internal static class SetAssistantMode
{
    public static void Map(RouteGroupBuilder cases) => cases.MapPut("/{id:guid}/assistant", HandleAsync)
        .RequireRoles(CaseAccess.Staff)
        .WithSummary("Switch the assistant on or off in a case")
        .WithDescription("A message of staff switches it off by itself; it stays off until it is switched on here.");

    static async Task<Results<Ok<CaseResponse>, ProblemHttpResult>> HandleAsync(
        Guid id, SetAssistantModeRequest request, Caller caller, IThreads threads, CaseAccess access, CancellationToken cancellationToken) =>
        await threads.SetAssistantModeAsync(CaseAccess.ToRead(id, caller), request.Mode == AssistantMode.On, caller, cancellationToken)
            ? TypedResults.Ok(await access.FindAsync(id, caller, cancellationToken))
            : Problems.NotFound();
}
