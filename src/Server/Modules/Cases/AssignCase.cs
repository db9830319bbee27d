using System.Text.Json;
using System.Text.Json.Serialization;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Cases;

/// <summary>Who is to work on a case.</summary>
/// <param name="AssigneeId">A member of staff or an admin; null, which must be said, takes the assignment back.</param>
internal sealed record AssignCaseRequest([property: JsonRequired] Guid? AssigneeId);

/// <summary>Says which member of staff looks after a case: staff and admins.</summary>
internal sealed class AssignCase(ConsiliumDb db, RequestTransaction transaction, IThreads threads, IAccountDirectory accounts, CaseAccess access, IAuditTrail audit)
{
    public static void Map(RouteGroupBuilder cases) => cases.MapPut("/{id:guid}/assign", (Guid id, AssignCaseRequest request, Caller caller, AssignCase useCase, CancellationToken cancellationToken) =>
            useCase.HandleAsync(id, request, caller, cancellationToken))
        .RequireRoles(CaseAccess.Staff)
        .WithSummary("Assign a case to a member of staff");

    async Task<Results<Ok<CaseResponse>, ProblemHttpResult>> HandleAsync(Guid id, AssignCaseRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (request.AssigneeId is { } assignee && await accounts.FindAsync(assignee, cancellationToken) is not { Role: Role.Staff or Role.Admin, IsActive: true })
            return Problems.Invalid("assignee_id", "must be an active member of staff.");
        var done = await transaction.RunAsync(async () =>
        {
            var data = JsonSerializer.SerializeToElement(new { assignee_id = request.AssigneeId });
            if (!await threads.AppendEventAsync(CaseAccess.ToRead(id, caller), "case.assigned", caller.UserId, data, cancellationToken)) return false;
            (await db.Set<Case>().SingleAsync(c => c.Id == id, cancellationToken)).Assign(request.AssigneeId);
            audit.Add(new(caller.UserId, caller.Role.Wire(), "case.assign", $"case/{id}", Reason: request.AssigneeId is { } to ? $"user/{to}" : "nobody"));
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }, cancellationToken);
        return done ? TypedResults.Ok(await access.FindAsync(id, caller, cancellationToken)) : Problems.NotFound();
    }
}
