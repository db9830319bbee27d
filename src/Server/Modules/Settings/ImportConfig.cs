using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.MediaTypes;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Settings;

internal enum ImportMode { Preview, Merge, Replace }

/// <summary>How to import.</summary>
/// <param name="Mode">
/// What to do: <c>preview</c> only tells what would change, <c>merge</c> adds and changes, <c>replace</c> also removes what the file does not name.
/// </param>
/// <param name="As">What a preview shows: a <c>merge</c>, also when it is left out, or a <c>replace</c>.</param>
/// <param name="Format">The format of the file; the Content-Type tells it when it is left out.</param>
/// <param name="Profile">The profile into which the entries go; without it, into none.</param>
/// <param name="Environment">The environment into which the entries go; without it, into none.</param>
/// <param name="Prefix">With <c>replace</c> only this key and the keys below it are removed; with a dot at its end only the keys below it.</param>
/// <param name="Reason">Why, for the history and the audit trail. At most 500 characters.</param>
internal sealed record ConfigImportQuery(
    [property: FromQuery(Name = "mode"), Required, OneOf(typeof(ImportMode))] string? Mode,
    [property: FromQuery(Name = "as"), OneOf("merge", "replace")] string? As,
    [property: FromQuery(Name = "format"), OneOf(typeof(ConfigFormat))] string? Format,
    [property: FromQuery(Name = "profile"), MaxLength(ConfigKeys.MaxScopeName)] string? Profile,
    [property: FromQuery(Name = "environment"), MaxLength(ConfigKeys.MaxScopeName)] string? Environment,
    [property: FromQuery(Name = "prefix"), MaxLength(ConfigKeys.MaxKey)] string? Prefix,
    [property: FromQuery(Name = "reason"), MaxLength(ConfigRules.MaxReason)] string? Reason);

/// <summary>What an import would do (<c>preview</c>), or did.</summary>
/// <param name="Valid">Whether the whole file can be imported. Always so when it was.</param>
/// <param name="Applied">How many entries were changed; null for a preview.</param>
/// <param name="Changes">What an import changes, by key.</param>
/// <param name="Errors">What is wrong with the file, by line; at most 100.</param>
internal sealed record ConfigImportResponse(
    bool Valid, int? Applied, IReadOnlyList<ConfigChangeResponse> Changes, IReadOnlyList<ConfigImportError> Errors);

/// <summary>Imports a file into one profile and environment, all of it or nothing: whoever may write all its keys.</summary>
internal sealed class ImportConfig(ConfigWriter writer, PlanImport plans, ConfigPrecondition precondition)
{
    const int MaxFile = 1024 * 1024;

    static readonly Dictionary<string, ConfigFormat> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["application/json"] = ConfigFormat.Json,
        ["application/yaml"] = ConfigFormat.Yaml,
        ["application/x-yaml"] = ConfigFormat.Yaml,
        ["text/yaml"] = ConfigFormat.Yaml,
        ["text/x-yaml"] = ConfigFormat.Yaml,
        ["text/plain"] = ConfigFormat.Env,
    };

    /// <summary>What programs send that do not know better; the format must be said then.</summary>
    static readonly string[] AnyFile = ["application/octet-stream", "application/x-www-form-urlencoded"];

    public static void Map(RouteGroupBuilder config) => config.MapPost("/import", (
            [AsParameters] ConfigImportQuery query, Caller caller, HttpContext http, ImportConfig useCase) => useCase.HandleAsync(query, caller, http))
        .RequireRight(SettingsRule.Write)
        .JudgesReplays<RouteHandlerBuilder, ConfigReplays>((judge, replay) => judge.OfChangesAsync(replay))
        .WithMetadata(new AcceptsMetadata([.. Formats.Keys, .. AnyFile], typeof(Stream)), ConfigFileExamples.Files(), new RawBody(), new RequestSizeLimitAttribute(MaxFile))
        .WithSummary("Import entries from a file")
        .WithDescription("""
            The body is the file, as an export gives it, at most 1 MiB and 10 000 entries; YAML keys may be nested. An error refuses the whole: 400 `invalid_import`, with `line 3` as the field;
            `mode=preview` answers 200 with all errors and all changes and changes nothing. An encrypted entry without its value keeps the value that it has, or is created without one;
            a value for an encrypted entry is kept encrypted. With `format` any of application/octet-stream and application/x-www-form-urlencoded will do as Content-Type.
            """)
        .ProducesProblem(400).ProducesProblem(403).ProducesProblem(413).ProducesProblem(415);

    async Task<Results<Ok<ConfigImportResponse>, ProblemHttpResult>> HandleAsync(ConfigImportQuery query, Caller caller, HttpContext http)
    {
        var scope = new ConfigScope(query.Profile, query.Environment);
        if ((scope.Fault ?? ConfigQuery.PrefixFault(query.Prefix)) is { } fault) return fault;
        if (WireNames<ImportMode>.Parse(query.Mode) is not { } mode) return Problems.Invalid("mode", WireNames<ImportMode>.Known);
        if (WireNames<ImportMode>.Parse(query.As ?? "merge") is not ({ } kind and not ImportMode.Preview)) return Problems.Invalid("as", "must be merge or replace.");
        if (query.Reason?.Length > ConfigRules.MaxReason) return Problems.Invalid("reason", $"must have at most {ConfigRules.MaxReason} characters.");
        if (query.Format is not null && WireNames<ConfigFormat>.Parse(query.Format) is null) return Problems.Invalid("format", WireNames<ConfigFormat>.Known);
        var body = StrictJsonBody.Bytes(http);
        if (body.Length == 0) return Problems.Invalid(JsonPaths.Body, "Send the file as the body.");
        if ((WireNames<ConfigFormat>.Parse(query.Format) ?? FormatOf(http)) is not { } format)
            return Problems.Of(415, "unsupported_media_type", $"Say format=json, yaml or env, or send the body as {string.Join(" or ", Formats.Keys)}.");

        var file = ConfigFiles.Read(format, body);
        if (file.Errors.Count > 0)
        {
            var errors = file.Errors.Select(error => new ConfigImportError(error.Line, error.Key, error.Message)).ToList();
            return mode == ImportMode.Preview ? TypedResults.Ok(new ConfigImportResponse(false, null, [], errors)) : Invalid(errors);
        }
        var removeUnder = (mode == ImportMode.Preview ? kind : mode) == ImportMode.Replace ? query.Prefix ?? "" : null;
        EntryName? refused = null;
        var answer = await writer.RunAsync<Results<Ok<ConfigImportResponse>, ProblemHttpResult>>(async () =>
        {
            var plan = await plans.MakeAsync(file.Entries, scope.Name(""), removeUnder, caller, http.RequestAborted);
            if (mode == ImportMode.Preview) return TypedResults.Ok(new ConfigImportResponse(plan.Errors.Count == 0, null, plan.Shown, plan.Errors));
            if (plan.IsRefused)
            {
                refused = scope.Name(plan.Errors[0].Key!);
                return ConfigProblems.NotYours(SettingsRule.Write);
            }
            if (plan.Errors.Count > 0) return Invalid(plan.Errors);
            await writer.WriteAsync(plan.Changes, query.Reason.TrimmedOrNull(), caller, http.RequestAborted);
            return TypedResults.Ok(new ConfigImportResponse(true, plan.Changes.Count, plan.Shown, []));
        }, http.RequestAborted);
        if (refused is { } name) await precondition.RecordRefusalAsync(name, caller, http.RequestAborted);
        return answer;
    }

    static ConfigFormat? FormatOf(HttpContext http) =>
        DeclaredMediaType.Parse(http.Request.ContentType) is { } type && Formats.TryGetValue(type.MediaType, out var format) ? format : null;

    static ProblemHttpResult Invalid(IEnumerable<ConfigImportError> errors) => Problems.Of(
        400, "invalid_import", "The file can't be imported, and nothing was changed: see errors.",
        errors.GroupBy(error => error.Line is { } line ? $"line {line}" : error.Key ?? JsonPaths.Body)
            .ToDictionary(group => group.Key, group => group.Select(error => error.Key is { } key ? $"{key}: {error.Message}" : error.Message).ToArray(), StringComparer.Ordinal));
}
