using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Tickets;

/// <summary>The status that a ticket is to have.</summary>
/// <param name="Status">How far the work on it is.</param>
internal sealed record SetTicketStatusRequest(string? Status);

internal sealed class SetTicketStatusValidator : AbstractValidator<SetTicketStatusRequest>
{
    public SetTicketStatusValidator() =>
        RuleFor(r => r.Status).NotNull().WithMessage("is required.").Names<SetTicketStatusRequest, TicketStatus>();
}

/// <summary>Moves a ticket from one status to the next: staff and admins; its customer may close it. A closed ticket takes no messages.</summary>
internal sealed class SetTicketStatus(ConsiliumDb db, RequestTransaction transaction, IThreads threads, TicketAccess access, IAuditTrail audit)
{
    public const string Known = "must be open, in_progress, resolved or closed.";
    const string EventType = "ticket.status_changed";

    public static void Map(RouteGroupBuilder tickets) => tickets.MapPut("/{id:guid}/status", (
            Guid id, SetTicketStatusRequest request, Caller caller, SetTicketStatus useCase, CancellationToken cancellationToken) =>
            useCase.HandleAsync(id, request, caller, cancellationToken))
        .RequireRoles(TicketAccess.Readers)
        .WithSummary("Change a ticket's status")
        .WithDescription("""
            Staff and admins: open → in_progress, resolved, closed; in_progress → open, resolved, closed; resolved → in_progress, closed; closed → open. The customer:
            only closed. The same status changes nothing and succeeds; any other step is refused with 409.
            """);

    async Task<Results<Ok<TicketResponse>, ProblemHttpResult>> HandleAsync(Guid id, SetTicketStatusRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (TicketStatuses.Parse(request.Status) is not { } wanted) return Problems.Invalid("status", Known);
        var refusal = await transaction.RunAsync(() => MoveAsync(TicketAccess.ToRead(id, caller), wanted, caller, cancellationToken), cancellationToken);
        return refusal is null ? TypedResults.Ok(await access.FindAsync(id, caller, cancellationToken)) : refusal;
    }

    /// <summary>Null when the ticket has the status now.</summary>
    async Task<ProblemHttpResult?> MoveAsync(ThreadScope thread, TicketStatus wanted, Caller caller, CancellationToken cancellationToken)
    {
        if (!await threads.LockAsync(thread, cancellationToken)) return Problems.NotFound();
        if (!caller.IsStaff && wanted != TicketStatus.Closed) return Problems.Forbidden();
        var ticket = await db.Set<Ticket>().SingleAsync(t => t.Id == thread.ThreadId, cancellationToken);
        var before = ticket.Status;
        if (before == wanted) return null;
        if (!ticket.MoveTo(wanted))
            return Problems.Conflict("status_step_refused", $"From {before.Wire()} a ticket can go to {string.Join(" or ", before.Next().Select(next => next.Wire()))}.");
        if (wanted == TicketStatus.Closed) await threads.CloseAsync(thread, caller, cancellationToken);
        else if (before == TicketStatus.Closed) await threads.ReopenAsync(thread, caller, cancellationToken);
        await threads.AppendEventAsync(thread, EventType, caller.UserId, JsonSerializer.SerializeToElement(new { status = wanted.Wire() }), cancellationToken);
        audit.Add(new(caller.UserId, caller.Role.Wire(), "ticket.status", $"ticket/{thread.ThreadId}", Reason: $"{before.Wire()} to {wanted.Wire()}"));
        await db.SaveChangesAsync(cancellationToken);
        return null;
    }
}
