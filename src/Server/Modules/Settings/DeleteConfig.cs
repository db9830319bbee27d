using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Settings;

/// <summary>Which entry to delete, and why.</summary>
/// <param name="Profile">The entry of exactly this profile; without it, of none.</param>
/// <param name="Environment">The entry of exactly this environment; without it, of none.</param>
/// <param name="Reason">Why, for the history and the audit trail.</param>
internal sealed record DeleteConfigQuery(
    [property: FromQuery(Name = "profile"), MaxLength(ConfigKeys.MaxScopeName)] string? Profile,
    [property: FromQuery(Name = "environment"), MaxLength(ConfigKeys.MaxScopeName)] string? Environment,
    [property: FromQuery(Name = "reason"), MaxLength(ConfigRules.MaxReason)] string? Reason);

/// <summary>Deletes one entry: whoever may write its key. Its history stays.</summary>
internal sealed class DeleteConfig(ConfigWriter writer, ConfigPrecondition precondition)
{
    public static void Map(RouteGroupBuilder config) => config.MapDelete("/{key}", (
            [MaxLength(ConfigKeys.MaxKey)] string key, [AsParameters] DeleteConfigQuery query, Caller caller,
            HttpContext http, DeleteConfig useCase) =>
            useCase.HandleAsync(key, query, caller, http))
        .RequireRight(SettingsRule.Write)
        .WithSummary("Delete an entry")
        .WithEntityTag()
        .WithDescription("Exactly the entry of this profile and environment; a lookup finds the one behind it then. `If-Match` as with PUT. The history stays, and a rollback brings it back.")
        .ProducesProblem(403).ProducesProblem(412).ProducesProblem(428);

    async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(string key, DeleteConfigQuery query, Caller caller, HttpContext http)
    {
        var scope = new ConfigScope(query.Profile, query.Environment);
        if (scope.Fault is { } fault) return fault;
        if (query.Reason?.Length > ConfigRules.MaxReason) return Problems.Invalid("reason", $"must have at most {ConfigRules.MaxReason} characters.");
        var name = scope.Name(key);
        if (await precondition.RightRefusalAsync(name, caller, http) is { } notYours) return notYours;
        var lacksTag = await precondition.LacksTagAsync(http);
        return await writer.RunAsync<Results<NoContent, ProblemHttpResult>>(async () =>
        {
            var found = await writer.FindAsync(name, caller, http.RequestAborted);
            if (ConfigPrecondition.RefusalOf(found, lacksTag, http) is { } refusal) return refusal;
            var change = ConfigChange.Delete(found.Current!);
            if (await writer.FaultsAsync([change], http.RequestAborted) is { Count: > 0 } faults)
                return Problems.Conflict("reference_cycle", $"Without this entry {key} {faults[name]}");
            await writer.WriteAsync([change], query.Reason.TrimmedOrNull(), caller, http.RequestAborted);
            return TypedResults.NoContent();
        }, http.RequestAborted);
    }
}
