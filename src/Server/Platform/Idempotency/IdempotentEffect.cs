using System.Security.Cryptography;
using System.Text;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Limits;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Consilium.Platform.Idempotency;

/// <summary>
/// Does a thing once for all repetitions of its request: the first successful answer is stored in the transaction of its effect and replayed
/// byte for byte, to those who have the right still (<see cref="ReplayRules"/>). Another request under the same key is 422, one still in flight 409.
/// Refusals are not stored: they had no effect, and the client may correct itself under the same key.
/// </summary>
internal sealed class IdempotentEffect(ConsiliumDb db, RequestTransaction request)
{
    /// <param name="fingerprint">A hash of what makes two requests the same.</param>
    /// <param name="effect">Does it, in the transaction that is open then, and returns the answer as a handler would.</param>
    public async Task<IResult> RunAsync(HttpContext http, IdempotencyKey key, byte[] fingerprint, Func<ValueTask<object?>> effect)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(http.RequestAborted);
        if (!await TryLockAsync(key, http.RequestAborted))
        {
            RetryAfter.Set(http.Response, TimeSpan.FromSeconds(1));
            return Problems.Conflict("idempotency_in_flight", "A request with this Idempotency-Key is being worked on: wait for it, or ask again.");
        }
        if (await StoredAsync(key, http.RequestAborted) is { } stored)
        {
            await transaction.RollbackAsync(http.RequestAborted); // nothing is held while the trail is written
            return await AgainAsync(http, stored, fingerprint);
        }

        var answer = Unwrap(await effect());
        var first = await StoredAnswer.RenderAsync(http, answer, fingerprint);
        if (first.Status is >= 200 and < 300) await StoreAsync(key, first, (answer as IValueHttpResult)?.Value as IHasResourceId);
        await request.CommitAsync(transaction); // a refusal changed nothing, but its audit entry stays
        return first;
    }

    static async Task<IResult> AgainAsync(HttpContext http, StoredAnswer stored, byte[] fingerprint)
    {
        var rule = http.GetEndpoint()?.Metadata.GetMetadata<ReplayRule>() ?? throw new InvalidOperationException("This route does not say who may have its answers again.");
        var isSame = stored.Fingerprint.AsSpan().SequenceEqual(fingerprint);
        if (await rule.RefusalAsync(new(http, stored, IsShown: isSame && stored.Body.Length > 0)) is { } refusal) return refusal;
        return isSame ? stored : Problems.Of(422, "idempotency_key_reused", "This Idempotency-Key was used with another body: use a new key for a new request.");
    }

    // A union such as Results<Created<T>, ProblemHttpResult> hides the status of what it holds; a handler may also return the bare body.
    static IResult Unwrap(object? result) => result switch
    {
        INestedHttpResult nested => Unwrap(nested.Result),
        IResult answer => answer,
        string text => TypedResults.Text(text),
        _ => TypedResults.Json(result, statusCode: StatusCodes.Status200OK),
    };

    async Task<bool> TryLockAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        var hash = BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{key.Scope}\n{key.Key}")));
        await using var command = Command("SELECT pg_try_advisory_xact_lock($1)", hash);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    async Task<StoredAnswer?> StoredAsync(IdempotencyKey key, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "SELECT fingerprint, status, content_type, location, body FROM platform.idempotency_keys WHERE scope = $1 AND key = $2", key.Scope, key.Key);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(row.GetFieldValue<byte[]>(0), row.GetInt16(1), row.NullableString(2), row.NullableString(3), row.GetFieldValue<byte[]>(4))
            : null;
    }

    async Task StoreAsync(IdempotencyKey key, StoredAnswer answer, IHasResourceId? shown)
    {
        await using var command = Command("""
            INSERT INTO platform.idempotency_keys (scope, key, fingerprint, status, content_type, location, body, resource_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, key.Scope, key.Key, answer.Fingerprint, (short)answer.Status, (object?)answer.ContentType ?? DBNull.Value, (object?)answer.Location ?? DBNull.Value,
            answer.Body, (object?)shown?.Id ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    NpgsqlCommand Command(string sql, params object[] values)
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
