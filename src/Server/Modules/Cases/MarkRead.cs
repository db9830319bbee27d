using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Errors;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <summary>How far somebody has read.</summary>
/// <param name="Seq">The number up to which everything was read.</param>
internal sealed record MarkReadRequest(long? Seq);

internal sealed class MarkReadValidator : AbstractValidator<MarkReadRequest>
{
    public MarkReadValidator() => RuleFor(r => r.Seq).NotNull().WithMessage("is required.").GreaterThanOrEqualTo(0).WithMessage("must not be negative.");
}

/// <summary>Moves the caller's read mark forward, never back: whoever may read the case.</summary>
internal static class MarkRead
{
    public static void Map(RouteGroupBuilder cases) => cases.MapPut("/{id:guid}/read", HandleAsync)
        .RequireRoles(CaseAccess.Readers)
        .WithSummary("Mark a case as read up to a number")
        .WithDescription("A number before the mark changes nothing; one beyond the case's `last_seq` is refused.");

    static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(Guid id, MarkReadRequest request, Caller caller, IThreads threads, CancellationToken cancellationToken) =>
        await threads.MarkReadAsync(CaseAccess.ToRead(id, caller), request.Seq!.Value, CaseAccess.Policy.RoleOf(caller), cancellationToken) switch
        {
            null => Problems.NotFound(),
            false => Problems.Invalid("seq", "is beyond the newest event of the case."),
            true => TypedResults.NoContent(),
        };
}
