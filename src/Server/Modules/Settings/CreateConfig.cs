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

/// <summary>An entry to create.</summary>
/// <param name="Key">Words of letters and digits, joined by single dots, hyphens or underscores: <c>app.db.host</c>. At most 200 characters.</param>
/// <param name="Value">Any JSON, at most 65 536 characters. <c>${other.key}</c> in its texts refers to another entry, <c>$${</c> stands for <c>${</c>; an encrypted value is taken as it is.</param>
/// <param name="Profile">For this profile only; null for all.</param>
/// <param name="Environment">For this environment only; null for all.</param>
/// <param name="IsEncrypted">
/// Whether the value is kept encrypted and shown masked; <c>reveal</c> shows it. When it is missing: as before, for an entry that was deleted,
/// otherwise not.
/// </param>
/// <param name="Reason">Why, for the history and the audit trail. At most 500 characters.</param>
internal sealed record CreateConfigRequest(
    [property: MaxLength(ConfigKeys.MaxKey)] string? Key, JsonElement Value, [property: MaxLength(ConfigKeys.MaxScopeName)] string? Profile = null,
    [property: MaxLength(ConfigKeys.MaxScopeName)] string? Environment = null, bool? IsEncrypted = null, string? Reason = null);

internal sealed class CreateConfigValidator : AbstractValidator<CreateConfigRequest>
{
    public static readonly string[] Routes = ["export", "import", "diff", "events"];

    public CreateConfigValidator()
    {
        RuleFor(r => r.Key).NotNull().WithMessage("is required.")
            .Must(key => key is null || ConfigKeys.IsKey(key)).WithMessage(ConfigKeys.KeyRule)
            .Must(key => !Routes.Contains(key, StringComparer.OrdinalIgnoreCase)).WithMessage("is the name of a route: choose another.");
        RuleFor(r => r.Value).Value();
        RuleFor(r => r.Profile).ScopeName();
        RuleFor(r => r.Environment).ScopeName();
        RuleFor(r => r.Reason).OptionalText(ConfigRules.MaxReason);
    }
}

/// <summary>The fields that several requests of the configuration have.</summary>
internal static class ConfigRules
{
    public const int MaxReason = 500;

    public static void Value<T>(this IRuleBuilder<T, JsonElement> rule) =>
        rule.Must(value => value.ValueKind != JsonValueKind.Undefined).WithMessage("is required: any JSON, null too.");

    public static void ScopeName<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(name => string.IsNullOrEmpty(name) || ConfigKeys.IsScopeName(name)).WithMessage(ConfigKeys.ScopeNameRule);
}

/// <summary>Creates an entry: whoever may write its key.</summary>
internal sealed class CreateConfig(ConfigWriter writer, ConfigPrecondition precondition)
{
    public static void Map(RouteGroupBuilder config) => config.MapPost("", (CreateConfigRequest request, Caller caller, HttpContext http, CreateConfig useCase) =>
            useCase.HandleAsync(request, caller, http))
        .RequireRight(SettingsRule.Write)
        .JudgesReplays<RouteHandlerBuilder, ConfigReplays>((judge, replay) => judge.OfEntryAsync(replay))
        .WithSummary("Create an entry")
        .WithEntityTag()
        .WithDescription("409 `entry_exists` when the key has one in this profile and environment: then PUT its next value. An entry that was deleted goes on with its versions.")
        .ProducesProblem(403).ProducesProblem(409);

    async Task<Results<Created<ConfigResponse>, ProblemHttpResult>> HandleAsync(CreateConfigRequest request, Caller caller, HttpContext http)
    {
        var name = new EntryName(request.Key!, request.Profile ?? "", request.Environment ?? "");
        // Whether there is an entry is not told here: one may not write it either way.
        if (await precondition.RightRefusalAsync(name, caller, http) is not null) return ConfigProblems.NotYours(SettingsRule.Write);
        return await writer.RunAsync<Results<Created<ConfigResponse>, ProblemHttpResult>>(async () =>
        {
            var found = await writer.FindAsync(name, caller, http.RequestAborted);
            if (!found.MayWrite) return ConfigProblems.NotYours(SettingsRule.Write);
            if (found.Current is not null) return Problems.Conflict("entry_exists", "This key has an entry in this profile and environment already: PUT its next value.");
            var change = new ConfigChange(name, ConfigAction.Created, request.Value, request.IsEncrypted ?? found.Newest is { IsEncrypted: true });
            if (await writer.FaultsAsync([change], http.RequestAborted) is { Count: > 0 } faults) return Problems.Invalid("value", faults[name]);
            var written = (await writer.WriteAsync([change], request.Reason.TrimmedOrNull(), caller, http.RequestAborted))[0];
            http.Response.Headers.ETag = VersionTag.Of(written.Version);
            return TypedResults.Created(ConfigResponse.PathOf(name), ConfigResponse.Of(written));
        }, http.RequestAborted);
    }
}
