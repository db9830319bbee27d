using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Care;

/// <summary>
/// Takes a mapping away, and with it at once the right that it gave: administrators any, a hospital its own. Nothing else goes with it: a doctor who
/// leaves a hospital still treats his patients until that ends too.
/// </summary>
internal sealed class RemoveMapping(RequestTransaction transaction, MappingLog log)
{
    public static void Map(RouteGroupBuilder api)
    {
        foreach (var kind in MappingKind.All)
        {
            api.MapDelete($"{kind.Path}/{{id:guid}}", (Guid id, Caller caller, RemoveMapping useCase, CancellationToken cancellationToken) =>
                    useCase.HandleAsync(kind, id, caller, cancellationToken))
                .RequireRoles(MappingKind.Roles)
                .WithTags("Mappings").WithParameter("id", "The mapping, by its id.")
                .WithSummary($"Remove a {kind.Words} mapping")
                .WithDescription("The right that it gave ends at once, in open streams within a second. No other mapping goes with it.");
        }
    }

    async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(MappingKind kind, Guid id, Caller caller, CancellationToken cancellationToken)
    {
        var isRemoved = await transaction.RunAsync(async () =>
        {
            if (await DeleteAsync(kind, id, caller, cancellationToken) is not { } removed) return false;
            await log.ChangedAsync(kind, removed, "mapping.removed", caller, cancellationToken);
            return true;
        }, cancellationToken);
        if (isRemoved) return TypedResults.NoContent();
        await log.RefusedAsync(kind, id, patientId: null, "mapping.removed", caller, cancellationToken);
        return Problems.NotFound();
    }

    async Task<MappingResponse?> DeleteAsync(MappingKind kind, Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"DELETE FROM {kind.Table} m WHERE m.id = $3 AND {kind.Allows} RETURNING {kind.Columns}").By(caller).With(id);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? kind.Read(row) : null;
    }
}
