using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Records;

/// <summary>Opens one document once, without signing in.</summary>
/// <param name="DownloadToken">The token, which counts once.</param>
/// <param name="DownloadUrl">The address with the token in it. Anybody who has it can use it.</param>
/// <param name="ExpiresAt">When it expires.</param>
/// <param name="ExpiresInSeconds">How many seconds it counts from now on.</param>
internal sealed record DownloadTokenResponse(string DownloadToken, string DownloadUrl, DateTimeOffset ExpiresAt, int ExpiresInSeconds);

/// <summary>Gives whoever may read a document an address that opens it once: for whatever can send no header, such as a link in a browser.</summary>
internal sealed class IssueDownloadToken(RequestTransaction transaction, ConsiliumDb db, AccessLog log, Documents documents, TimeProvider clock)
{
    public const string Action = "document.token_issued";

    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    public static void Map(RouteGroupBuilder all) => all.MapPost("/{id:guid}/download-token", (
            Guid id, Caller caller, IssueDownloadToken useCase, CancellationToken cancellationToken) => useCase.HandleAsync(id, caller, cancellationToken))
        .RequireRoles(PatientRule.Readers)
        .WithMetadata(new NoIdempotency())
        .WithSummary("Issue a download token")
        .WithDescription("With an address that opens the document: for five minutes, once, and only as long as the one who asked for it may read the document.");

    /// <summary>What is stored of a token, which is 256 random bits: unguessable, so that a plain hash is enough.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    async Task<Results<Ok<DownloadTokenResponse>, ProblemHttpResult>> HandleAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var expiresAt = clock.UtcNow() + Lifetime;
        var isIssued = await transaction.RunAsync(async () =>
        {
            if (await AddAsync(id, Hash(token), expiresAt, caller, cancellationToken) is not var (patientId, grounds)) return false;
            log.Add(caller, patientId, Action, DocumentResponse.Resource(id), grounds);
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }, cancellationToken);
        if (isIssued)
            return TypedResults.Ok(new DownloadTokenResponse(token, $"{UseDownloadToken.Path}?token={token}", expiresAt, (int)Lifetime.TotalSeconds));
        await documents.RefuseAsync(id, Action, caller, cancellationToken);
        return Problems.NotFound();
    }

    async Task<(Guid PatientId, string Grounds)?> AddAsync(Guid documentId, byte[] hash, DateTimeOffset expiresAt, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            WITH document AS (
                SELECT d.id, d.patient_id, access.grounds FROM records.documents d {PatientRule.Join("d.patient_id")} WHERE d.id = $3
            ), token AS (
                INSERT INTO records.download_tokens (hash, document_id, issued_to, expires_at) SELECT $4, id, $1, $5 FROM document
            )
            SELECT patient_id, grounds FROM document
            """).By(caller).With(documentId).With(hash).With(expiresAt);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetGuid(0), row.GetString(1)) : null;
    }
}
