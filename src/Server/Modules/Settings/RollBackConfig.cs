using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.Idempotency;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>Which version to bring back.</summary>
/// <param name="Version">The version whose value comes back, of those in the history.</param>
/// <param name="Reason">Why, for the history and the audit trail. At most 500 characters.</param>
internal sealed record RollBackConfigRequest(int? Version, string? Reason = null);

internal sealed class RollBackConfigValidator : AbstractValidator<RollBackConfigRequest>
{
    public RollBackConfigValidator()
    {
        RuleFor(r => r.Version).NotNull().WithMessage("is required.").GreaterThan(0).WithMessage("must be 1 or more.");
        RuleFor(r => r.Reason).OptionalText(ConfigRules.MaxReason);
    }
}

/// <summary>Writes the value of an earlier version as the next one, of a deleted entry too: whoever may write its key.</summary>
internal sealed class RollBackConfig(ConfigWriter writer, ConfigHistory history, ConfigPrecondition precondition, OpenConfig open)
{
    public static void Map(RouteGroupBuilder config) => config.MapPost("/{key}/rollback", (
            [MaxLength(ConfigKeys.MaxKey)] string key, [AsParameters] ConfigScope scope, RollBackConfigRequest request, Caller caller,
            HttpContext http, RollBackConfig useCase) =>
            useCase.HandleAsync(key, scope, request, caller, http))
        .RequireRight(SettingsRule.Write)
        .JudgesReplays<RouteHandlerBuilder, ConfigReplays>((judge, replay) => judge.OfEntryAsync(replay))
        .WithSummary("Bring an earlier version back")
        .WithEntityTag()
        .WithDescription("""
            Its value becomes the next version: nothing of the history is lost, and it may be rolled back in turn. Also brings back an entry that was deleted. `If-Match` does not count here.
            What is encrypted stays so, and what was becomes so again: only a PUT with `is_encrypted: false` ends it.
            409 `no_value` for a version that has none, a deletion.
            """)
        .ProducesProblem(403).ProducesProblem(409);

    async Task<Results<Ok<ConfigResponse>, ProblemHttpResult>> HandleAsync(
        string key, ConfigScope scope, RollBackConfigRequest request, Caller caller, HttpContext http)
    {
        if (scope.Fault is { } fault) return fault;
        var name = scope.Name(key);
        if (await precondition.RightRefusalAsync(name, caller, http) is { } refusal) return refusal;
        return await writer.RunAsync<Results<Ok<ConfigResponse>, ProblemHttpResult>>(async () =>
        {
            var found = await writer.FindAsync(name, caller, http.RequestAborted);
            if (!found.MayWrite || found.Newest is null || await VersionAsync(name, request.Version!.Value, caller, http.RequestAborted) is not { } old) return Problems.NotFound();
            if (old.IsDeleted) return Problems.Conflict("no_value", "This version is the deletion: choose one before it, or DELETE the entry.");
            JsonElement value = default;
            if (old is { IsEncrypted: false, Value: { } json }) value = JsonElement.Parse(json);
            else if (old.Sealed is not null)
            {
                if (await open.ValueAsync(old, http.RequestAborted) is not { } opened) return ConfigProblems.CannotDecrypt();
                value = opened;
            }
            var change = new ConfigChange(name, ConfigAction.RolledBack, value, old.IsEncrypted || found.Newest.IsEncrypted);
            if (await writer.FaultsAsync([change], http.RequestAborted) is { Count: > 0 } faults) return Problems.Conflict("version_unfit", $"The value of this version {faults[name]}");
            var written = (await writer.WriteAsync([change], request.Reason.TrimmedOrNull() ?? $"version {old.Version}", caller, http.RequestAborted))[0];
            http.Response.Headers.ETag = VersionTag.Of(written.Version);
            return TypedResults.Ok(ConfigResponse.Of(written));
        }, http.RequestAborted);
    }

    async Task<StoredVersion?> VersionAsync(EntryName name, int version, Caller caller, CancellationToken cancellationToken) =>
        await history.ReadAsync(name, version == int.MaxValue ? version : version + 1, most: 1, caller, cancellationToken) is [var found] && found.Version == version ? found : null;
}
