using System.Globalization;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Platform.Hosting;

/// <summary>
/// The version of something as its <c>ETag</c>, and what a writer says about the version that they have seen: <c>version</c> in the body, or
/// <c>If-Match</c>.
/// </summary>
internal static class VersionTag
{
    public static string Of(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The same for what is shown with parts that change without a new version. Where there are none, it is only the version.</summary>
    public static string Of<T>(int version, IReadOnlyCollection<T> parts) =>
        parts.Count == 0 ? Of(version) : string.Create(CultureInfo.InvariantCulture, $"\"{version}-{EntityTags.Fingerprint(parts)}\"");

    /// <summary>Null when the request's headers let this version be overwritten (RFC 9110); the parts of what is shown do not count.</summary>
    public static ProblemHttpResult? Refusal(HttpContext http, int version)
    {
        var (whole, withParts) = (Of(version), string.Create(CultureInfo.InvariantCulture, $"\"{version}-"));
        if (!EntityTags.MatchAllows(http.Request, tag => tag.Tag == whole || tag.Tag.StartsWith(withParts, StringComparison.Ordinal)))
            return Problems.Of(
                412, "precondition_failed", $"The version now is {version}, which If-Match does not name: read it, and write yours on top of it.");
        return EntityTags.NoneMatchNames(http.Request, new(whole))
            ? Problems.Of(412, "precondition_failed", $"The version now is {version}, which If-None-Match rules out.")
            : null;
    }

    public static ProblemHttpResult Stale(int version) =>
        Problems.Conflict("version_conflict", $"Somebody wrote version {version} meanwhile: read it, and write yours on top of it.");
}
