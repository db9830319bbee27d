using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Records;

/// <summary>Shows a patient's case history, and what it was before, to whoever may read the patient's data.</summary>
internal sealed class GetCaseHistory(CaseHistories histories, WriteCaseHistory write, AccessLog log)
{
    const string Action = "case_history.read";

    public static void Map(RouteGroupBuilder patients)
    {
        patients.MapGet("/{id:guid}/case-history", (
                Guid id, Caller caller, HttpContext http, GetCaseHistory useCase, long? version = null,
                [FromQuery(Name = "create_if_not_exists")] bool createIfNotExists = false) => useCase.HandleAsync(id, version, createIfNotExists, caller, http))
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithSummary("Get the case history of a patient")
            .WithDescription("""
                The newest version, or the one that `version` names; 404 while there is none. With `create_if_not_exists=true` a treating doctor or an administrator gets an
                empty one made. The `ETag` begins with the version, and changes with its documents too; with `If-None-Match` the answer is 304 while it is
                the same.
                """)
            .Produces<CaseHistoryResponse>().ProducesProblem(400).WithEntityTag()
            .WithParameter("version", "The version to read; the newest one when it is left out.")
            .WithParameter("create_if_not_exists", "Whether to make an empty case history where there is none.");
        patients.MapGet("/{id:guid}/case-history/versions", (
                Guid id, Caller caller, HttpContext http, GetCaseHistory useCase, string? cursor = null, Limit? limit = null) =>
                useCase.ListAsync(id, cursor, Limit.Or(limit), caller, http.RequestAborted))
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithSummary("List the versions of a case history")
            .WithDescription("Newest first. Versions are never changed.");
    }

    async Task<Results<Ok<CaseHistoryResponse>, ProblemHttpResult>> HandleAsync(Guid id, long? version, bool createIfNotExists, Caller caller, HttpContext http)
    {
        if (version < 1) return Problems.Invalid("version", "must be 1 or more.");
        if (createIfNotExists && (caller.IsApiKey || !caller.Is(PatientRule.Writers))) return Problems.Forbidden();
        if (createIfNotExists) await write.StartAsync(id, caller, http.RequestAborted);
        var (grounds, history) = await histories.FindAsync(id, version, caller, http.RequestAborted);
        await log.ReadAsync(caller, id, Action, CaseHistoryResponse.Resource(id), grounds, http.RequestAborted);
        if (history is null) return Problems.NotFound();
        http.Response.Headers.ETag = VersionTag.Of(history.Version, history.Documents);
        return TypedResults.Ok(history);
    }

    async Task<Results<Ok<Page<CaseHistoryResponse>>, ProblemHttpResult>> ListAsync(Guid id, string? cursor, int limit, Caller caller, CancellationToken cancellationToken)
    {
        var before = int.MaxValue;
        if (cursor is not null && !Cursor.TryRead(cursor, out before)) return Problems.Invalid("cursor", "is not a cursor of this list.");
        var (grounds, versions) = await histories.ListAsync(id, before, limit + 1, caller, cancellationToken);
        await log.ReadAsync(caller, id, Action, CaseHistoryResponse.Resource(id), grounds, cancellationToken);
        return grounds is null ? Problems.NotFound() : TypedResults.Ok(Page.Of(versions, limit, last => last.Version));
    }
}
