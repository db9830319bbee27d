using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Accounts;

/// <summary>The path of the stream, as in the address: <c>/api/v1/cases/…/events</c>. A query is not part of it.</summary>
/// <param name="Path">The path of the stream, as in its address: <c>/api/v1/cases/…/events</c>. A query is not part of it.</param>
internal sealed record IssueStreamTicketRequest(string? Path);

/// <summary>A ticket that opens one stream, once.</summary>
/// <param name="Ticket">What to send as <c>?ticket=</c>.</param>
/// <param name="ExpiresIn">How many seconds it can be used.</param>
internal sealed record StreamTicketResponse(string Ticket, int ExpiresIn);

internal sealed class IssueStreamTicketValidator : AbstractValidator<IssueStreamTicketRequest>
{
    public IssueStreamTicketValidator()
    {
        RuleFor(r => r.Path).NotEmpty().WithMessage("is required.").MaximumLength(500).WithMessage("is too long.");
        RuleFor(r => r.Path).Must(path => string.IsNullOrEmpty(path) || path is ['/', not '/', ..])
            .WithMessage("must be the path of a stream: it begins with one slash.");
    }
}

/// <summary>Whoever is signed in gets a ticket that opens one stream, for clients that can send no header (EventSource, browser WebSockets).</summary>
internal static class IssueStreamTicket
{
    /// <summary>For the first opening; afterwards the ticket re-opens its path as long as the session lives.</summary>
    static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/api/v1/auth/stream-tickets", HandleAsync)
        .WithName("IssueStreamTicket").WithTags("Accounts").WithSummary("A ticket to open one stream with ?ticket=.")
        .WithoutLocation()
        .WithDescription("For clients that cannot send headers: EventSource, and WebSockets in browsers. It opens the stream at `path` once, soon.")
        .ProducesProblem(400).ProducesProblem(401)
        .WithMetadata(new NoIdempotency());

    static async Task<Created<StreamTicketResponse>> HandleAsync(
        IssueStreamTicketRequest request, Caller caller, ConsiliumDb db, TimeProvider clock, CancellationToken cancellationToken)
    {
        var ticket = Secrets.New();
        db.Add(StreamTicket.Issue(Secrets.Hash(ticket), caller.SessionId, request.Path!.Split('?', '#')[0], clock.UtcNow() + Lifetime));
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created((string?)null, new StreamTicketResponse(ticket, (int)Lifetime.TotalSeconds));
    }
}
