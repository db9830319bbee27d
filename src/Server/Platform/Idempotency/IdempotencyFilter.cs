using System.Security.Cryptography;
using System.Text;
using Consilium.Platform.Json;
using Consilium.Platform.Secrets;

namespace Consilium.Platform.Idempotency;

/// <summary>Marks a route that answers tokens or secrets: the header is ignored there and nothing is stored.</summary>
internal sealed class NoIdempotency;

/// <summary>Marks a route that runs its <see cref="IdempotentEffect"/> itself, because it does not read its body as JSON.</summary>
internal sealed class OwnIdempotency;

/// <summary><c>Idempotency-Key</c> on POST (draft-ietf-httpapi-idempotency-key-header): equal are requests with equal queries and bodies.</summary>
internal sealed class IdempotencyFilter : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!HttpMethods.IsPost(http.Request.Method) || http.GetEndpoint()!.Metadata is var route
            && (route.GetMetadata<NoIdempotency>() is not null || route.GetMetadata<OwnIdempotency>() is not null))
            return await next(context);
        var (key, problem) = IdempotencyKey.Of(http);
        if (key is null) return problem ?? await next(context);
        // Keyed, or whoever has the database could try out which password a short body held.
        byte[] request = [.. Encoding.UTF8.GetBytes(http.Request.QueryString.Value ?? ""), 0, .. StrictJsonBody.Bytes(http)];
        var fingerprint = HMACSHA256.HashData(http.RequestServices.GetRequiredService<MasterKey>().Derive("idempotency fingerprint"), request);
        return await http.RequestServices.GetRequiredService<IdempotentEffect>().RunAsync(http, key, fingerprint, () => next(context));
    }
}
