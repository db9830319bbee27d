using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>The next value of an entry.</summary>
/// <param name="Value">Any JSON, at most 65 536 characters.</param>
/// <param name="IsEncrypted">
/// Whether the value is kept encrypted from now on; as before when it is missing or null. With true the earlier versions are encrypted as well.
/// </param>
/// <param name="Profile">Instead of the query's, of which it must not differ.</param>
/// <param name="Environment">Instead of the query's, of which it must not differ.</param>
/// <param name="Reason">Why, for the history and the audit trail. At most 500 characters.</param>
internal sealed record UpdateConfigRequest(
    JsonElement Value, bool? IsEncrypted = null, [property: MaxLength(ConfigKeys.MaxScopeName)] string? Profile = null,
    [property: MaxLength(ConfigKeys.MaxScopeName)] string? Environment = null, string? Reason = null);

internal sealed class UpdateConfigValidator : AbstractValidator<UpdateConfigRequest>
{
    public UpdateConfigValidator()
    {
        RuleFor(r => r.Value).Value();
        RuleFor(r => r.Profile).ScopeName();
        RuleFor(r => r.Environment).ScopeName();
        RuleFor(r => r.Reason).OptionalText(ConfigRules.MaxReason);
    }
}

/// <summary>Gives one entry its next value, for those who may write its key.</summary>
internal sealed class UpdateConfig(ConfigWriter writer, ConfigPrecondition precondition)
{
    public static void Map(RouteGroupBuilder config) => config.MapPut("/{key}", (
            [MaxLength(ConfigKeys.MaxKey)] string key, [AsParameters] ConfigScope scope, UpdateConfigRequest request, Caller caller,
            HttpContext http, UpdateConfig useCase) =>
            useCase.HandleAsync(key, scope, request, caller, http))
        .RequireRight(SettingsRule.Write)
        .WithSummary("Give an entry its next value")
        .WithEntityTag()
        .WithDescription("""
            Exactly the entry of this profile and environment (nothing is looked up: 404 when there is none). `If-Match` is honoured: 412 when somebody wrote another version
            meanwhile; where `features.require_if_match` is on, it must be there (428).
            """)
        .ProducesProblem(403).ProducesProblem(412).ProducesProblem(428);

    async Task<Results<Ok<ConfigResponse>, ProblemHttpResult>> HandleAsync(
        string key, ConfigScope scope, UpdateConfigRequest request, Caller caller, HttpContext http)
    {
        if (scope.Fault is { } fault) return fault;
        if (Differs(scope.Profile, request.Profile)) return Problems.Invalid("profile", "differs from the query's.");
        if (Differs(scope.Environment, request.Environment)) return Problems.Invalid("environment", "differs from the query's.");
        var name = new ConfigScope(scope.Profile ?? request.Profile, scope.Environment ?? request.Environment).Name(key);
        if (await precondition.RightRefusalAsync(name, caller, http) is { } notYours) return notYours;
        var lacksTag = await precondition.LacksTagAsync(http);
        return await writer.RunAsync<Results<Ok<ConfigResponse>, ProblemHttpResult>>(async () =>
        {
            var found = await writer.FindAsync(name, caller, http.RequestAborted);
            if (ConfigPrecondition.RefusalOf(found, lacksTag, http) is { } refusal) return refusal;
            var change = new ConfigChange(name, ConfigAction.Updated, request.Value, request.IsEncrypted ?? found.Current!.IsEncrypted);
            if (await writer.FaultsAsync([change], http.RequestAborted) is { Count: > 0 } faults) return Problems.Invalid("value", faults[name]);
            var written = (await writer.WriteAsync([change], request.Reason.TrimmedOrNull(), caller, http.RequestAborted))[0];
            http.Response.Headers.ETag = VersionTag.Of(written.Version);
            return TypedResults.Ok(ConfigResponse.Of(written));
        }, http.RequestAborted);
    }

    static bool Differs(string? query, string? body) => query is not null && body is not null && query != body;
}
