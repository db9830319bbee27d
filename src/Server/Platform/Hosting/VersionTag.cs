using System.Globalization;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Platform.Hosting;

/// <summary>The version of something as its <c>ETag</c>, and what a writer says about the version that he has seen: <c>version</c> in the body, or <c>If-Match</c>.</summary>
internal static class VersionTag
{
    public static string Of(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>Whether the header lets a version be overwritten: it is absent, <c>*</c>, or names it (RFC 9110).</summary>
    public static bool Matches(HttpContext http, int version) =>
        http.Request.Headers.IfMatch is not { Count: > 0 } tags || tags.ToString().Split(',', StringSplitOptions.TrimEntries) is var named && (named.Contains("*") || named.Contains(Of(version)));

    public static ProblemHttpResult Stale(int version) =>
        Problems.Conflict("version_conflict", $"Somebody wrote version {version} meanwhile: read it, and write yours on top of it.");

    public static ProblemHttpResult PreconditionFailed(int version) =>
        Problems.Of(412, "precondition_failed", $"The version now is {version}, which If-Match does not name: read it, and write yours on top of it.");
}
