using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Settings;

/// <summary>Why an encrypted value is shown.</summary>
/// <param name="Reason">Why: it is in the audit trail. 1 to 500 characters.</param>
/// <param name="Resolve">Also puts the values of other entries in the place of references, encrypted ones too where the caller may reveal them.</param>
internal sealed record RevealConfigRequest(string? Reason, bool Resolve = false);

/// <summary>The value as it is.</summary>
/// <param name="Value">The value: any JSON.</param>
internal sealed record RevealConfigResponse(JsonElement Value);

internal sealed class RevealConfigValidator : AbstractValidator<RevealConfigRequest>
{
    public RevealConfigValidator() => RuleFor(r => r.Reason).Text(1, ConfigRules.MaxReason);
}

/// <summary>Shows an encrypted value to whoever may reveal its key. Each value that is opened is in the audit trail, with the reason, before it leaves.</summary>
internal sealed class RevealConfig(ConfigEntries entries, OpenConfig open, ResolveReferences references, IAuditTrail audit, OpenLimit limit)
{
    public static void Map(RouteGroupBuilder config) => config.MapPost("/{key}/reveal", (
            [MaxLength(ConfigKeys.MaxKey)] string key, [AsParameters] ConfigScope scope, RevealConfigRequest request, Caller caller,
            HttpContext http, RevealConfig useCase) =>
            useCase.HandleAsync(key, scope, request, caller, http))
        .RequireRight(SettingsRule.Reveal).WithMetadata(new NoIdempotency())
        .WithSummary("Show an encrypted value")
        .WithDescription("""
            Looks the entry up as GET does, and answers its value as it is. It needs a right of its own and a reason, both are in the audit trail, and it is limited (429).
            With `resolve: true` references are replaced by what they find; encrypted values that the caller may not reveal stay masked there.
            409 `cannot_decrypt` when the stored value was changed outside, or its key is missing.
            """)
        .ProducesProblem(403).ProducesProblem(409).ProducesProblem(429);

    async Task<Results<Ok<RevealConfigResponse>, ProblemHttpResult>> HandleAsync(
        string key, ConfigScope scope, RevealConfigRequest request, Caller caller, HttpContext http)
    {
        if (scope.Fault is { } fault) return fault;
        limit.Take(caller, http);
        http.Response.Headers.CacheControl = "no-store";
        var (_, profile, environment) = scope.Name(key);
        var found = await entries.RevealableAsync(key, profile, environment, caller, http.RequestAborted);
        if (found is not { } entry)
        {
            await RecordAsync(ConfigResponse.ResourceOf(scope.Name(key)), AuditOutcome.Denied, request, caller, http.RequestAborted);
            return await entries.FindAsync(key, profile, environment, at: null, caller, http.RequestAborted) is null
                ? Problems.NotFound()
                : ConfigProblems.NotYours(SettingsRule.Reveal);
        }
        if (await OpenAsync(entry, request, caller, http.RequestAborted) is not { } value) return ConfigProblems.CannotDecrypt();
        if (!request.Resolve || entry.IsEncrypted) return TypedResults.Ok(new RevealConfigResponse(value));
        return await ResolveAsync(entry, profile, environment, request, caller, http);
    }

    async Task<Results<Ok<RevealConfigResponse>, ProblemHttpResult>> ResolveAsync(
        StoredVersion entry, string profile, string environment, RevealConfigRequest request, Caller caller, HttpContext http)
    {
        var cancellationToken = http.RequestAborted;
        var opened = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var reachable = await references.ReachableAsync([entry], profile, environment, at: null, caller, cancellationToken);
        foreach (var secret in reachable.Values.Where(other => other is { IsEncrypted: true, Sealed: not null }))
        {
            if (await entries.RevealableAsync(secret.Name.Key, profile, environment, caller, cancellationToken) is null) continue;
            limit.Take(caller, http); // each counts, or one entry that refers to many would be the way around the limit
            if (await OpenAsync(secret, request, caller, cancellationToken) is not { } value) return ConfigProblems.CannotDecrypt();
            opened[secret.Name.Key] = value;
        }
        var resolved = ResolveReferences.In(entry, reachable, opened);
        return resolved is { Value: { } whole } ? TypedResults.Ok(new RevealConfigResponse(whole)) : ConfigProblems.Unresolved(resolved.Error!);
    }

    /// <summary>The value, once it is written down that it was shown. Null when it can't be decrypted, which is written down too.</summary>
    async Task<JsonElement?> OpenAsync(StoredVersion entry, RevealConfigRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var value = entry is { IsEncrypted: true, Sealed: not null } ? await open.ValueAsync(entry, cancellationToken) : entry.Shown;
        await RecordAsync(ConfigResponse.ResourceOf(entry.Name), value is null ? AuditOutcome.Failed : AuditOutcome.Ok, request, caller, cancellationToken);
        return value;
    }

    Task RecordAsync(string resource, AuditOutcome outcome, RevealConfigRequest request, Caller caller, CancellationToken cancellationToken) =>
        audit.RecordAsync(
            new(caller.UserId, caller.Role.Wire(), "config.revealed", resource, outcome, ConfigWriter.WhyOf(caller, request.Reason!.Trimmed())), cancellationToken);
}
