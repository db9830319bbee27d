using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Tickets;

/// <summary>A ticket to open.</summary>
/// <param name="Title">3 to 100 characters after trimming.</param>
/// <param name="Description">What it is about, in the customer's words: 10 to 5000 characters after trimming.</param>
internal sealed record OpenTicketRequest(string? Title, string? Description);

internal sealed class OpenTicketValidator : AbstractValidator<OpenTicketRequest>
{
    public OpenTicketValidator()
    {
        RuleFor(r => r.Title).Text(Ticket.MinTitle, Ticket.MaxTitle);
        RuleFor(r => r.Description).Text(Ticket.MinDescription, Ticket.MaxDescription);
    }
}

/// <summary>Opens a ticket: users and patients, their own.</summary>
internal sealed class OpenTicket(ConsiliumDb db, RequestTransaction transaction, IThreads threads, TicketAccess access, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder tickets) => tickets.MapPost("", (
            OpenTicketRequest request, Caller caller, HttpContext http, OpenTicket useCase, CancellationToken cancellationToken) =>
            useCase.HandleAsync(request, caller, http.Request.Path, cancellationToken))
        .RequireRoles(TicketAccess.Customers)
        .JudgesReplaysIn(TicketAccess.Policy, "ticket.read")
        .WithSummary("Open a ticket")
        .WithDescription("For users and patients. The assistant answers it when somebody reads `ai-response`, and not before.");

    async Task<Created<TicketResponse>> HandleAsync(OpenTicketRequest request, Caller caller, PathString path, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        await transaction.RunAsync(async () =>
        {
            db.Add(Ticket.Open(id, request.Title!.Trimmed(), request.Description!.Trimmed(), clock.UtcNow()));
            await db.SaveChangesAsync(cancellationToken);
            await threads.OpenAsync(id, TicketAccess.Policy.Kind, caller.UserId, SenderRole.User, caller, cancellationToken);
        }, cancellationToken);
        return TypedResults.Created($"{path.Value!.TrimEnd('/')}/{id}", await access.FindAsync(id, caller, cancellationToken));
    }
}
