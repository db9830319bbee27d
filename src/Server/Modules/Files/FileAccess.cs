using System.Globalization;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Files;

/// <summary>
/// The only way to read a file for a caller. Whoever may read what it hangs on may read it; while it hangs on nothing, its owner alone; to
/// everybody else it is not there. Reads and refusals are in the audit trail before the first byte leaves.
/// </summary>
internal sealed class FileAccess(RequestTransaction transaction, IEnumerable<IFileHolder> holders, IBlobStore store, DamagedBlobs damaged, IAuditTrail audit)
{
    const int SecondsToWait = 2;

    /// <summary>The file when the caller may read it and it may be served; otherwise the answer that says why not.</summary>
    /// <param name="action">For the audit trail: <c>file.read</c>.</param>
    public async Task<(ReadableFile? File, ProblemHttpResult? Problem)> FindAsync(Guid id, string action, HttpContext http, Caller caller)
    {
        var row = await RowAsync(id, http.RequestAborted);
        var right = row is null ? null : await FindRightAsync(row, caller, http.RequestAborted);
        await audit.RecordAsync(new(
            caller.UserId, caller.Role.Wire(), action, $"file/{id}", right is null ? AuditOutcome.Denied : AuditOutcome.Ok, right?.Grounds, SubjectOf(row)), http.RequestAborted);
        return right is null ? (null, Problems.NotFound()) : Servable(row!, http);
    }

    /// <summary>The same for a caller whose right was judged, and written down, by whoever asks.</summary>
    public async Task<(ReadableFile? File, ProblemHttpResult? Problem)> FindJudgedAsync(Guid id, HttpContext http) =>
        await RowAsync(id, http.RequestAborted) is { } row ? Servable(row, http) : (null, Problems.NotFound());

    static (ReadableFile? File, ProblemHttpResult? Problem) Servable(Row row, HttpContext http)
    {
        if (row.Failure is { } failure) return (null, Problems.Conflict("file_blocked", failure));
        if (row.Readable is { } file && row.Scan == "clean") return (file, null);
        if (row.Scan == "blocked") return (null, Problems.Conflict("file_blocked", row.ScanReason ?? "The scanner found something in this file."));
        http.Response.Headers.RetryAfter = SecondsToWait.ToString(CultureInfo.InvariantCulture);
        return (null, Problems.Conflict("file_pending", "The file is still being fetched or scanned: try again shortly."));
    }

    /// <summary>The file's bytes, checked, as an answer; otherwise why not: it was taken away meanwhile, or they are changed, or missing.</summary>
    public async Task<(FileAnswer? Answer, ProblemHttpResult? Problem)> OpenAsync(ReadableFile file, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.OpenAsync(file.Sha256, cancellationToken) is { } content)
                return (new(content, TypeOf(file), file.FileName, file.Sha256, file.CreatedAt), null);
            if (await RowAsync(file.Id, cancellationToken) is null) return (null, Problems.NotFound());
            damaged.Add(file.Sha256);
        }
        catch (DamagedContentException)
        {
            // The store has told the operator.
        }
        return (null, Problems.Of(500, "file_damaged", "The stored file is damaged. The operator has been told; ask for it to be sent again."));
    }

    static string TypeOf(ReadableFile file) => file.Charset is null ? file.MediaType : $"{file.MediaType}; charset={file.Charset}";

    async Task<FileRight?> FindRightAsync(Row row, Caller caller, CancellationToken cancellationToken)
    {
        if (row.ItemId is not { } item) return row.OwnerId == caller.UserId ? new() : null;
        return HolderOf(row) is { } holder ? await holder.FindRightAsync(row.Place, item, caller, cancellationToken) : null;
    }

    Guid? SubjectOf(Row? row) => row is null ? null : HolderOf(row)?.SubjectOf(row.Place);

    IFileHolder? HolderOf(Row row) => holders.FirstOrDefault(holder => holder.Kind == row.Place.Kind);

    async Task<Row?> RowAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("""
            SELECT f.owner_id, f.place_kind, f.place_id, f.item_id, f.failure, b.scan, b.scan_reason,
                   f.file_name, f.media_type, b.charset, f.size, f.sha256, f.created_at, b.has_thumbnail
            FROM files.files f LEFT JOIN files.blobs b USING (sha256) WHERE f.id = $1
            """).With(id);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return null;
        var readable = row.IsDBNull(11) ? null : new ReadableFile(
            id, row.GetString(7), row.GetString(8), row.NullableString(9), row.GetInt64(10), row.GetString(11), row.GetFieldValue<DateTimeOffset>(12),
            row.GetBoolean(13));
        return new(row.GetGuid(0), new(row.GetString(1), row.GetGuid(2)), row.Nullable<Guid>(3), row.NullableString(4), row.NullableString(5),
            row.NullableString(6), readable);
    }

    sealed record Row(Guid OwnerId, FilePlace Place, Guid? ItemId, string? Failure, string? Scan, string? ScanReason, ReadableFile? Readable);
}

/// <summary>A file that its reader may have.</summary>
internal sealed record ReadableFile(
    Guid Id, string FileName, string MediaType, string? Charset, long Size, string Sha256, DateTimeOffset CreatedAt, bool HasThumbnail);
