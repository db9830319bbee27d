using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Consilium.Modules.Settings;

/// <summary>
/// Who may do what with which keys: administrators everything, other people what they were granted, programs what their key's scopes say, each for all keys or
/// those under a prefix. It is part of the statement that reads or changes; the statement's first three parameters are <see cref="By"/>.
/// </summary>
internal static class SettingsRule
{
    public const string Read = "config:read";
    public const string Write = "config:write";
    public const string Reveal = "config:reveal";
    public const string UseSecurity = "security:use";
    public const string ManageSecurity = "security:manage";

    static readonly string[] Everything = ["*"];

    /// <summary>What can be granted.</summary>
    public static readonly string[] Permissions = [Read, Write, Reveal, UseSecurity, ManageSecurity];

    /// <summary>Those that are for keys; the others are for the whole installation.</summary>
    public static bool IsForKeys(string permission) => permission.StartsWith("config:", StringComparison.Ordinal);

    /// <summary>The right for a key as a condition.</summary>
    /// <param name="permission">One of the constants here.</param>
    /// <param name="key">The column: <c>e.key</c>.</param>
    public static string Allows(string permission, string key) =>
        $"('*' = ANY ($2) OR '{permission}' = ANY ($2) OR settings.may($1, $2, $3, '{permission}', {key}))"; // asked row by row of those alone who have a part

    /// <summary>Adds $1 to $3: the account, its scopes, the time.</summary>
    public static NpgsqlParameterCollection By(this NpgsqlParameterCollection parameters, Caller caller, DateTimeOffset now) => parameters
        .With(caller.IsApiKey ? Guid.Empty : caller.UserId)
        .With(caller.IsApiKey ? [.. caller.Scopes] : caller.Is(Role.Admin) ? Everything : [])
        .With(now);

    /// <summary>The route is for those who have the right for any key at all; others get 403 whatever they ask. For which keys, its statement says.</summary>
    public static TBuilder RequireRight<TBuilder>(this TBuilder route, string permission) where TBuilder : IEndpointConventionBuilder =>
        (IsForKeys(permission) ? route.AllowScopeUnder(permission) : route.AllowScope(permission)).RefusedFirst(http => RefusalAsync(http, permission));

    static async Task<ProblemDetails?> RefusalAsync(HttpContext http, string permission)
    {
        if (http.FindCaller() is not { } caller || caller.IsApiKey || caller.Is(Role.Admin)) return null; // nobody, or judged by the route's own rules
        var services = http.RequestServices;
        if (await services.GetRequiredService<Grants>().HasAnyAsync(caller, permission, http.RequestAborted)) return null;
        await services.GetRequiredService<IAuditTrail>().RecordAsync(
            new(caller.UserId, caller.Role.Wire(), "settings.refused", $"permission/{permission}", AuditOutcome.Denied), http.RequestAborted);
        return Problems.Of(403, "forbidden", $"This needs the right {permission}, which an administrator may grant.").ProblemDetails;
    }
}
