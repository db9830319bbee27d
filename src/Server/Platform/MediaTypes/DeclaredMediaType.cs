using System.Text.RegularExpressions;
using Microsoft.Net.Http.Headers;

namespace Consilium.Platform.MediaTypes;

/// <summary>
/// What a <c>Content-Type</c> header says. The one place that looks at the parameters of a media type (RFC 9110, 5.6.6): they come in any case, with
/// or without quotes, empty ones too, and unknown ones stand beside those that count.
/// </summary>
internal sealed partial class DeclaredMediaType
{
    const string CharsetName = "charset";

    readonly MediaTypeHeaderValue header;

    DeclaredMediaType(MediaTypeHeaderValue header) => this.header = header;

    /// <summary>Null for none, and for one that is not well-formed.</summary>
    public static DeclaredMediaType? Parse(string? header) =>
        MediaTypeHeaderValue.TryParse(WithoutEmptyParameters(header), out var parsed) && !parsed.MatchesAllTypes && !parsed.MatchesAllSubTypes ? new(parsed) : null;

    /// <summary>In lower case, without parameters.</summary>
    public string MediaType => header.MediaType.ToString().ToLowerInvariant();

    /// <summary>Of a multipart body: what stands between its parts. Empty when it is not said.</summary>
    public string Boundary => Value(header.Boundary);

    /// <summary>Whether the text is in UTF-8: it says so, or says nothing. Many programs leave the hyphen out.</summary>
    public bool IsUtf8 => Charsets.All(charset => Value(charset.Value).ToLowerInvariant() is "utf-8" or "utf8");

    /// <summary>Whether it is this type, or one of its kind: <c>application/fhir+json</c> is <c>application/json</c> too.</summary>
    public bool Is(string mediaType) => header.IsSubsetOf(new MediaTypeHeaderValue(mediaType));

    /// <summary>For readers who understand a charset only in the form that they write.</summary>
    public string WithoutCharset()
    {
        var copy = header.Copy();
        foreach (var charset in Charsets) copy.Parameters.Remove(copy.Parameters.First(parameter => parameter.Equals(charset)));
        return copy.ToString();
    }

    IEnumerable<NameValueHeaderValue> Charsets =>
        header.Parameters.Where(parameter => parameter.Name.Equals(CharsetName, StringComparison.OrdinalIgnoreCase));

    // "a/b;;c=d" is well-formed, and .NET refuses it.
    static string? WithoutEmptyParameters(string? header) =>
        header is null ? null : QuotedTextOrEmptyParameters().Replace(header, found => found.Groups["quoted"] is { Success: true } quoted ? quoted.Value : ";");

    [GeneratedRegex("""(?<quoted>"(\\.|[^"\\])*")|;([ \t]*;)+""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex QuotedTextOrEmptyParameters();

    static string Value(Microsoft.Extensions.Primitives.StringSegment written) =>
        HeaderUtilities.IsQuoted(written) ? HeaderUtilities.UnescapeAsQuotedString(written).ToString() : written.ToString();
}
