using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Platform.Idempotency;

/// <summary>The header <c>Idempotency-Key</c> of a request, which belongs to its caller and its route.</summary>
internal sealed record IdempotencyKey(string Scope, string Key)
{
    public const string Header = "Idempotency-Key";
    public const int MaxLength = 255;

    /// <summary>The key, or what is wrong with it; neither when none was sent.</summary>
    public static (IdempotencyKey? Key, ProblemHttpResult? Problem) Of(HttpContext http)
    {
        if (!http.Request.Headers.TryGetValue(Header, out var header) || http.User.FindFirst("sub")?.Value is not { } caller) return default;
        var key = header.ToString();
        return header.Count != 1 || key.Length is 0 or > MaxLength || key.Any(c => c is < ' ' or > '~')
            ? (null, Problems.Invalid(Header, $"must be 1 to {MaxLength} printable ASCII characters."))
            : (new($"{caller} {http.Request.Path.Value!.TrimEnd('/')}", key), null);
    }
}
