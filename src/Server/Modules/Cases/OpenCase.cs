using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Cases;

/// <summary>A case to open.</summary>
/// <param name="IssueDescription">What is wrong, in the owner's words: 1 to 5000 characters.</param>
/// <param name="Title">A short name; optional, at most 200 characters.</param>
/// <param name="OwnerId">For staff and admins: whose case it is. Others open their own.</param>
internal sealed record OpenCaseRequest(string? IssueDescription, string? Title, Guid? OwnerId);

internal sealed class OpenCaseValidator : AbstractValidator<OpenCaseRequest>
{
    public OpenCaseValidator()
    {
        RuleFor(r => r.IssueDescription).Text(1, Case.MaxDescription);
        RuleFor(r => r.Title).OptionalText(Case.MaxTitle);
    }
}

/// <summary>Opens a case. A user or patient opens his own; staff and admins open one for somebody.</summary>
internal sealed class OpenCase(ConsiliumDb db, RequestTransaction transaction, IThreads threads, IAccountDirectory accounts, CaseAccess access, TimeProvider clock)
{
    public static void Map(RouteGroupBuilder cases) => cases.MapPost("", (OpenCaseRequest request, Caller caller, HttpContext http, OpenCase useCase, CancellationToken cancellationToken) =>
            useCase.HandleAsync(request, caller, http.Request.Path, cancellationToken))
        .RequireRoles(CaseAccess.Readers)
        .JudgesReplaysIn(CaseAccess.Policy, "case.read")
        .WithSummary("Open a case")
        .WithDescription("Users and patients open their own cases; staff and admins name the owner in `owner_id`.");

    async Task<Results<Created<CaseResponse>, ProblemHttpResult>> HandleAsync(OpenCaseRequest request, Caller caller, PathString path, CancellationToken cancellationToken)
    {
        if (caller.IsStaff && request.OwnerId is null) return Problems.Invalid("owner_id", "is required: say whose case it is.");
        if (!caller.IsStaff && request.OwnerId is { } other && other != caller.UserId) return Problems.Invalid("owner_id", "must be left out: you open your own case.");
        var ownerId = request.OwnerId ?? caller.UserId;
        if (caller.IsStaff && await accounts.FindAsync(ownerId, cancellationToken) is not { Role: Role.User or Role.Patient, IsActive: true })
            return Problems.Invalid("owner_id", "must be an active user or patient.");

        var id = Guid.CreateVersion7();
        await transaction.RunAsync(async () =>
        {
            db.Add(Case.Open(id, request.Title.TrimmedOrNull(), request.IssueDescription!.Trimmed(), clock.UtcNow()));
            await db.SaveChangesAsync(cancellationToken);
            await threads.OpenAsync(id, CaseAccess.Policy.Kind, ownerId, SenderRole.User, caller, cancellationToken);
        }, cancellationToken);
        var opened = await access.FindAsync(id, caller, cancellationToken);
        return TypedResults.Created($"{path.Value!.TrimEnd('/')}/{id}", opened);
    }
}
