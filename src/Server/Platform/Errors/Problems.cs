using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Platform.Errors;

/// <summary>
/// The errors of the product as RFC 9457 <c>application/problem+json</c>: <c>type</c>, <c>title</c>, <c>status</c>, <c>detail</c>, and the
/// extensions <c>code</c> (stable, for programs), <c>trace_id</c>, and for bad input <c>errors</c> (field → texts).
/// </summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>Not there, or not the caller's: the same answer for both, so that it tells nothing.</summary>
    public static ProblemHttpResult NotFound() => Of(404, "not_found", "There is nothing here that you may see.");

    public static ProblemHttpResult Forbidden() => Of(403, "forbidden", "Your role may not do this.");

    public static ProblemHttpResult Conflict(string code, string detail) => Of(409, code, detail);

    public static ProblemHttpResult Invalid(string field, string text) =>
        Invalid(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [text] });

    public static ProblemHttpResult Invalid(IDictionary<string, string[]> errors) =>
        Of(400, "validation_failed", "Some fields are missing or wrong: see errors.", errors);

    public static ProblemHttpResult Of(int status, string code, string detail, IDictionary<string, string[]>? errors = null) =>
        TypedResults.Problem(Details(status, code, detail, errors));

    public static ProblemDetails Details(int status, string code, string detail, IDictionary<string, string[]>? errors = null)
    {
        var problem = new ProblemDetails
        {
            Type = $"urn:consilium:problem:{code}",
            Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = detail,
            Extensions = { ["code"] = code, ["trace_id"] = Activity.Current?.TraceId.ToHexString() },
        };
        if (errors is not null) problem.Extensions["errors"] = errors;
        return problem;
    }
}
