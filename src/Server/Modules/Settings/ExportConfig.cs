using System.ComponentModel.DataAnnotations;
using System.Text;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Settings;

/// <summary>What to export. All filters narrow.</summary>
/// <param name="Format">The format of the file; <c>json</c> when it is left out.</param>
/// <param name="Profile">Only entries of exactly this profile; without it, only entries without a profile.</param>
/// <param name="Environment">Only entries of exactly this environment; without it, only entries without an environment.</param>
/// <param name="Prefix">
/// Only entries of this key and of all keys below it; with a dot at its end only of the keys below it: <c>app.db</c>, <c>app.db.</c>.
/// </param>
/// <param name="Effective">
/// Whether to answer what a lookup in the profile and environment finds for every key, instead of the entries that are exactly there.
/// </param>
/// <param name="Resolve">Whether references are replaced by the values that they find: for programs to read, not to be imported again.</param>
internal sealed record ConfigExportQuery(
    [property: FromQuery(Name = "format"), OneOf(typeof(ConfigFormat))] string? Format,
    [property: FromQuery(Name = "profile"), MaxLength(ConfigKeys.MaxScopeName)] string? Profile,
    [property: FromQuery(Name = "environment"), MaxLength(ConfigKeys.MaxScopeName)] string? Environment,
    [property: FromQuery(Name = "prefix"), MaxLength(ConfigKeys.MaxKey)] string? Prefix,
    [property: FromQuery(Name = "effective")] bool? Effective, [property: FromQuery(Name = "resolve")] bool? Resolve);

/// <summary>The entries whose keys the caller may read as a file, the same bytes for the same entries. Encrypted ones stand there without their values.</summary>
internal sealed class ExportConfig(ConfigEntries entries, ResolveReferences references, IAuditTrail audit)
{
    public static void Map(RouteGroupBuilder config) => config.MapGet("/export", (
            [AsParameters] ConfigExportQuery query, Caller caller, HttpContext http, ExportConfig useCase) => useCase.HandleAsync(query, caller, http))
        .RequireRight(SettingsRule.Read)
        .WithSummary("Export entries as a file")
        .WithDescription("""
            Dotted keys in ordinal order. An encrypted entry stands without its value: `{"$encrypted": true}` in JSON, `!encrypted` in YAML and env files, where the dots of keys are
            written `__`. At most 10 000 entries. Every export is in the audit trail. 409 `unresolved_reference` when a reference can't be resolved.
            """)
        .WithMetadata(ConfigFileExamples.Files()).Produces<string>(200, FileTypes[0], FileTypes[1..]).ProducesProblem(409);

    static readonly string[] FileTypes = ["application/json", "application/yaml", "text/plain"];

    async Task<Results<ContentHttpResult, ProblemHttpResult>> HandleAsync(ConfigExportQuery query, Caller caller, HttpContext http)
    {
        var scope = new ConfigScope(query.Profile, query.Environment);
        if ((scope.Fault ?? ConfigQuery.PrefixFault(query.Prefix)) is { } fault) return fault;
        if (WireNames<ConfigFormat>.Parse(query.Format ?? "json") is not { } format) return Problems.Invalid("format", WireNames<ConfigFormat>.Known);

        var (_, profile, environment) = scope.Name("");
        var filter = new EntryFilter { Prefix = query.Prefix ?? "", Most = ConfigComparison.MaxEntries + 1 };
        var found = query.Effective is true
            ? await entries.EffectiveAsync(profile, environment, filter, caller, http.RequestAborted)
            : await entries.ListAsync(profile, environment, filter, caller, http.RequestAborted);
        if (found.Count > ConfigComparison.MaxEntries) return ConfigComparison.TooMany();
        var values = found.ConvertAll(entry => entry.Shown);
        if (query.Resolve is true)
        {
            var resolved = await references.InAsync(found, profile, environment, at: null, caller, http.RequestAborted);
            if (resolved.FirstOrDefault(one => one.Error is not null) is { Error: { } why }) return ConfigProblems.Unresolved(why);
            values = [.. resolved.Select(one => one.Value!.Value)];
        }
        var text = ConfigFiles.Write(format, found.Zip(values, (entry, value) => new FileEntry(entry.Name.Key, value, entry.IsEncrypted, 0)));

        var place = profile.Length + environment.Length > 0 ? $"@{profile}/{environment}" : "";
        await audit.RecordAsync(new(caller.UserId, caller.Role.Wire(), "config.exported", $"config/{query.Prefix}*{place}",
            Reason: ConfigWriter.WhyOf(caller, null)), http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"config.{WireNames<ConfigFormat>.Of(format)}\"";
        return TypedResults.Text(text, FileTypes[(int)format], Encoding.UTF8);
    }
}
