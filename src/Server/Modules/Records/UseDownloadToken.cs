using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Records;

/// <summary>
/// Gives a document's bytes for a token, once: to anybody who has it, in the name of whoever it was issued to, if he may still read the document. A
/// token is used up in one transaction with the entry of the log, and not before the bytes are at hand.
/// </summary>
internal sealed class UseDownloadToken(RequestTransaction transaction, ConsiliumDb db, IFiles files, AccessLog log, TimeProvider clock)
{
    /// <summary>Longer than the line of a request can be. Any text that is no token is not found.</summary>
    const int MaxToken = 8192;

    const string Address = "/download-with-token";

    public const string Path = DocumentResponse.Root + Address;

    // $1 the hash, $2 the roles that may ask for patients' data.
    static readonly string Token = $"""
        SELECT t.hash, t.document_id, d.patient_id, t.issued_to, u.role, t.used_at, t.expires_at, access.grounds
        FROM records.download_tokens t JOIN records.documents d ON d.id = t.document_id JOIN accounts.access_users u ON u.id = t.issued_to
        {PatientRule.Join("d.patient_id", "t.issued_to", "u.role = 'admin'")}
        WHERE t.hash = $1 AND u.is_active AND u.role = ANY ($2)
        """;

    static readonly string[] Readers = [.. PatientRule.Readers.Select(role => role.Wire())];

    public static void Map(RouteGroupBuilder all) => all.MapGet(Address, (
            HttpContext http, UseDownloadToken useCase, [Required, StringLength(MaxToken)] string? token = null) => useCase.HandleAsync(token, http))
        .AllowAnyone()
        .WithSummary("Download a document with a token")
        .WithParameter("token", "The token that was issued for the document.")
        .WithDescription("""
            Without signing in, once: 410 `token_used` afterwards, 410 `token_expired` after five minutes, 404 for a token that was never issued or whose issuer may not read the
            document any more. A document that is still being scanned answers 409, which does not use the token up.
            """)
        .ProducesProblem(400).ProducesProblem(404).ProducesProblem(410)
        .GivesFile();

    async Task<IResult> HandleAsync(string? token, HttpContext http)
    {
        if (HttpMethods.IsHead(http.Request.Method)) return NoHead(http);
        if (string.IsNullOrEmpty(token)) return Problems.Invalid("token", "is required.");
        var hash = IssueDownloadToken.Hash(token);
        if (await FindAsync(hash, http.RequestAborted) is not { } found) return await RefuseAsync(hash, http.RequestAborted);
        if (Spent(found) is { } spent) return spent;
        var (download, problem) = await files.OpenAsync(found.DocumentId, http);
        if (download is null) return problem!;
        var isUsed = false;
        try
        {
            isUsed = await transaction.RunAsync(() => UseAsync(hash, http.RequestAborted), http.RequestAborted);
        }
        finally
        {
            if (!isUsed) await download.DisposeAsync();
        }
        if (isUsed) return download;
        return await FindAsync(hash, http.RequestAborted) is { } lost && Spent(lost) is { } why ? why : await RefuseAsync(hash, http.RequestAborted);
    }

    /// <summary>Whoever only looks, such as the preview of a link in a message, uses nothing up and learns nothing.</summary>
    static ProblemHttpResult NoHead(HttpContext http)
    {
        http.Response.Headers.Allow = HttpMethods.Get;
        return Problems.Of(405, "method_not_allowed", "This address does not take this method: see the Allow header.");
    }

    ProblemHttpResult? Spent(Found token) =>
        token.IsUsed ? Problems.Of(410, "token_used", "This address has been used: ask for a new one.")
        : token.ExpiresAt <= clock.UtcNow() ? Problems.Of(410, "token_expired", "This address has expired: ask for a new one.")
        : null;

    async Task<Found?> FindAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add(Token).With(hash).With(Readers);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new(row.GetGuid(1), !row.IsDBNull(5), row.GetFieldValue<DateTimeOffset>(6)) : null;
    }

    /// <summary>Of several at once one: the others wait for its commit, and find the token used. False when it can't be used.</summary>
    async Task<bool> UseAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            WITH token AS ({Token})
            UPDATE records.download_tokens t SET used_at = $3 FROM token
            WHERE t.hash = token.hash AND t.used_at IS NULL AND t.expires_at > $3
            RETURNING token.document_id, token.patient_id, token.issued_to, token.role, token.grounds
            """).With(hash).With(Readers).With(clock.UtcNow());
        await using (var row = await batch.ExecuteReaderAsync(cancellationToken))
        {
            if (!await row.ReadAsync(cancellationToken)) return false;
            log.Add(Issuer(row.GetGuid(2), row.GetString(3)), row.GetGuid(1), DownloadDocument.Action, DocumentResponse.Resource(row.GetGuid(0)), row.GetString(4));
        }
        await db.SaveChangesAsync(cancellationToken);
        return true;
    }

    /// <summary>There is no such token, or its issuer has lost his right, which is kept.</summary>
    async Task<ProblemHttpResult> RefuseAsync(byte[] hash, CancellationToken cancellationToken)
    {
        (Guid Document, Guid Patient, Caller Issuer)? known = null;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add("""
                SELECT t.document_id, d.patient_id, t.issued_to, u.role
                FROM records.download_tokens t JOIN records.documents d ON d.id = t.document_id JOIN accounts.access_users u ON u.id = t.issued_to WHERE t.hash = $1
                """).With(hash);
            await using var row = await batch.ExecuteReaderAsync(cancellationToken);
            if (await row.ReadAsync(cancellationToken)) known = (row.GetGuid(0), row.GetGuid(1), Issuer(row.GetGuid(2), row.GetString(3)));
        }
        if (known is var (document, patient, issuer))
            await log.ReadAsync(issuer, patient, DownloadDocument.Action, DocumentResponse.Resource(document), grounds: null, cancellationToken);
        return Problems.NotFound();
    }

    static Caller Issuer(Guid id, string role) => new(id, RoleNames.Parse(role)!.Value, Name: null, SessionId: Guid.Empty, IsApiKey: false, new HashSet<string>());

    sealed record Found(Guid DocumentId, bool IsUsed, DateTimeOffset ExpiresAt);
}
