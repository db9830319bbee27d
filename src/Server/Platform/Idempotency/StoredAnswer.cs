using Microsoft.AspNetCore.Http.Features;

namespace Consilium.Platform.Idempotency;

/// <summary>A finished answer as bytes, to be sent now and again for every repetition of its request.</summary>
internal sealed record StoredAnswer(byte[] Fingerprint, int Status, string? ContentType, string? Location, byte[] Body) : IResult
{
    /// <summary>
    /// Forgets what stored answers say about things, those whose <c>resource_id</c> the condition that follows names. The keys stay, and answer 410: a
    /// late repetition must not do it again.
    /// </summary>
    public const string Purge = "UPDATE platform.idempotency_keys SET status = 410, content_type = NULL, location = NULL, body = ''";

    /// <summary><see cref="Purge"/> of the thing with id $1.</summary>
    public const string PurgeSql = Purge + " WHERE resource_id = $1";

    /// <summary>Lets <paramref name="answer"/> write into memory instead of the connection.</summary>
    public static async Task<StoredAnswer> RenderAsync(HttpContext http, IResult answer, byte[] fingerprint)
    {
        var original = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var body = new MemoryStream();
        var buffer = new StreamResponseBodyFeature(body);
        http.Features.Set<IHttpResponseBodyFeature>(buffer);
        try
        {
            await answer.ExecuteAsync(http);
            await buffer.CompleteAsync();
        }
        finally
        {
            http.Features.Set(original);
        }
        var response = http.Response;
        var location = response.Headers.Location.ToString();
        return new(fingerprint, response.StatusCode, response.ContentType, location.Length == 0 ? null : location, body.ToArray());
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        if (Location is not null) response.Headers.Location = Location;
        if (Body.Length == 0) return;
        response.ContentLength = Body.Length;
        await response.Body.WriteAsync(Body, httpContext.RequestAborted);
    }
}
