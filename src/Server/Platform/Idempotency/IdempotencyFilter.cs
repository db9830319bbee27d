using System.Security.Cryptography;
using System.Text;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Consilium.Platform.Idempotency;

/// <summary>Marks a route that answers tokens or secrets: the header is ignored there and nothing is stored.</summary>
internal sealed class NoIdempotency;

/// <summary>
/// <c>Idempotency-Key</c> on POST (draft-ietf-httpapi-idempotency-key-header): the first successful answer is stored in the transaction
/// of its effect and replayed byte for byte. Another body under the same key is 422, a request still in flight 409. Refusals are not
/// stored: they had no effect, and the client may correct itself under the same key.
/// </summary>
internal sealed class IdempotencyFilter : IEndpointFilter
{
    public const string Header = "Idempotency-Key";
    public const int MaxKeyLength = 255;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!HttpMethods.IsPost(http.Request.Method) || !http.Request.Headers.TryGetValue(Header, out var header)
            || http.User.FindFirst("sub")?.Value is not { } caller || http.GetEndpoint()!.Metadata.GetMetadata<NoIdempotency>() is not null)
            return await next(context);

        var key = header.ToString();
        if (header.Count != 1 || key.Length is 0 or > MaxKeyLength || key.Any(c => c is < ' ' or > '~'))
            return Problems.Invalid(Header, $"must be 1 to {MaxKeyLength} printable ASCII characters.");

        var scope = $"{caller} {http.Request.Path}";
        var fingerprint = SHA256.HashData([.. Encoding.UTF8.GetBytes(http.Request.QueryString.Value ?? ""), 0, .. StrictJsonBody.Bytes(http)]);
        var db = http.RequestServices.GetRequiredService<ConsiliumDb>();
        var request = http.RequestServices.GetRequiredService<RequestTransaction>();
        await using var transaction = await db.Database.BeginTransactionAsync(http.RequestAborted);
        if (!await TryLockAsync(db, scope, key, http.RequestAborted))
            return Problems.Conflict("idempotency_in_flight", "A request with this Idempotency-Key is being worked on: wait for it, or ask again.");
        if (await StoredAsync(db, scope, key, http.RequestAborted) is { } stored)
            return stored.Fingerprint.AsSpan().SequenceEqual(fingerprint)
                ? stored
                : Problems.Of(422, "idempotency_key_reused", "This Idempotency-Key was used with another body: use a new key for a new request.");

        var answer = Unwrap(await next(context));
        var first = await StoredAnswer.RenderAsync(http, answer, fingerprint);
        if (first.Status is >= 200 and < 300) await StoreAsync(db, scope, key, first, (answer as IValueHttpResult)?.Value as IHasResourceId);
        await request.CommitAsync(transaction); // a refusal changed nothing, but its audit entry stays
        return first;
    }

    // A union such as Results<Created<T>, ProblemHttpResult> hides the status of what it holds; a handler may also return the bare body.
    static IResult Unwrap(object? result) => result switch
    {
        INestedHttpResult nested => Unwrap(nested.Result),
        IResult answer => answer,
        string text => TypedResults.Text(text),
        _ => TypedResults.Json(result, statusCode: StatusCodes.Status200OK),
    };

    static async Task<bool> TryLockAsync(ConsiliumDb db, string scope, string key, CancellationToken cancellationToken)
    {
        var hash = BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{scope}\n{key}")));
        await using var command = Command(db, "SELECT pg_try_advisory_xact_lock($1)", hash);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task<StoredAnswer?> StoredAsync(ConsiliumDb db, string scope, string key, CancellationToken cancellationToken)
    {
        await using var command = Command(db,
            "SELECT fingerprint, status, content_type, location, body FROM platform.idempotency_keys WHERE scope = $1 AND key = $2", scope, key);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(row.GetFieldValue<byte[]>(0), row.GetInt16(1), row.IsDBNull(2) ? null : row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetFieldValue<byte[]>(4))
            : null;
    }

    static async Task StoreAsync(ConsiliumDb db, string scope, string key, StoredAnswer answer, IHasResourceId? shown)
    {
        await using var command = Command(db, """
            INSERT INTO platform.idempotency_keys (scope, key, fingerprint, status, content_type, location, body, resource_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, scope, key, answer.Fingerprint, (short)answer.Status, (object?)answer.ContentType ?? DBNull.Value, (object?)answer.Location ?? DBNull.Value,
            answer.Body, (object?)shown?.Id ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    static NpgsqlCommand Command(ConsiliumDb db, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)db.Database.CurrentTransaction!.GetDbTransaction());
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}

/// <summary>An answer about one thing: when that is retracted, the stored copy of the answer goes too.</summary>
internal interface IHasResourceId
{
    Guid Id { get; }
}
