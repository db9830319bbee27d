using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Consilium.Platform.Json;
using Consilium.Platform.Search;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Consilium.Modules.Files;

/// <inheritdoc cref="IFiles"/>
internal sealed class Files(
    RequestTransaction transaction, NpgsqlDataSource database, ReceiveFile receive, FileAccess access, Jobs jobs, TimeProvider clock) : IFiles
{
    public Task<IResult> ReceiveAsync(HttpContext http, FilePlace place, Caller caller, Func<Task<IResult?>> admit) =>
        receive.HandleAsync(http, caller, new LooseFile(place, admit));

    public Task<IResult> ReceiveItemAsync(HttpContext http, Caller caller, IUploadedItem item) => receive.HandleAsync(http, caller, item);

    public async Task<(IFileDownload? Download, ProblemHttpResult? Problem)> OpenAsync(Guid fileId, HttpContext http)
    {
        var (file, problem) = await access.FindJudgedAsync(fileId, http);
        if (file is null) return (null, problem);
        return await access.OpenAsync(file, http.RequestAborted);
    }

    public async Task<int?> HoldAsync(FilePlace place, IReadOnlyList<NewAttachment> wanted, Guid ownerId, CancellationToken cancellationToken)
    {
        var uploads = wanted.Where(w => w.Remote is null).Select(w => w.Id).ToArray();
        if (uploads.Length == 0) return null;
        var held = new HashSet<Guid>();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        // The blobs too: what is found out about them meanwhile is told to this item, or seen by it (see BlobChanges).
        batch.Add("""
            SELECT f.id FROM files.files f JOIN files.blobs b USING (sha256)
            WHERE f.id = ANY ($1) AND f.owner_id = $2 AND f.place_kind = $3 AND f.place_id = $4 AND f.item_id IS NULL
            ORDER BY f.id FOR UPDATE OF f FOR SHARE OF b
            """).With(uploads).With(ownerId).With(place.Kind).With(place.Id);
        await using (var rows = await batch.ExecuteReaderAsync(cancellationToken))
            while (await rows.ReadAsync(cancellationToken)) held.Add(rows.GetGuid(0));
        for (var i = 0; i < wanted.Count; i++)
            if (wanted[i].Remote is null && !held.Remove(wanted[i].Id)) return i;
        return null;
    }

    public async Task AttachAsync(FilePlace place, Guid itemId, IReadOnlyList<NewAttachment> wanted, Guid ownerId, CancellationToken cancellationToken)
    {
        var at = clock.UtcNow();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("UPDATE files.files SET item_id = $2, attached_at = $3 WHERE id = ANY ($1)")
            .With(wanted.Where(w => w.Remote is null).Select(w => w.Id).ToArray()).With(itemId).With(at);
        foreach (var (id, remote) in wanted)
        {
            if (remote is null) continue;
            batch.Add("""
                INSERT INTO files.files (id, owner_id, place_kind, place_id, item_id, file_name, source_url, created_at, attached_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
                """).With(id).With(ownerId).With(place.Kind).With(place.Id).With(itemId).With(FileName.Clean(remote.FileName)).With(remote.Url).With(at);
        }
        await batch.ExecuteNonQueryAsync(cancellationToken);
        foreach (var (id, remote) in wanted)
            if (remote is not null) await FetchFile.QueueAsync(jobs, id, cancellationToken);
    }

    public async Task<IReadOnlyDictionary<Guid, Attachment>> FindAsync(IReadOnlyCollection<Guid> fileIds, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, Attachment>(fileIds.Count);
        if (fileIds.Count == 0) return found;
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT {AttachmentRows.Columns} WHERE f.id = ANY ($1)").With(fileIds.ToArray());
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var attachment = AttachmentRows.Read(rows);
            found.Add(attachment.Id, attachment);
        }
        return found;
    }

    public async Task ReleaseAsync(FilePlace place, Guid itemId, CancellationToken cancellationToken)
    {
        var (ids, blobs) = (new List<Guid>(), new HashSet<string>(StringComparer.Ordinal));
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            WITH released AS (
                DELETE FROM files.files WHERE item_id = $1 AND place_kind = $2 AND place_id = $3 RETURNING id, owner_id, size, sha256
            ), freed AS (
                {FileRemoval.FreeUsage("released")}
            )
            SELECT id, sha256 FROM released
            """).With(itemId).With(place.Kind).With(place.Id);
        await using (var rows = await batch.ExecuteReaderAsync(cancellationToken))
            while (await rows.ReadAsync(cancellationToken))
            {
                ids.Add(rows.GetGuid(0));
                if (rows.NullableString(1) is { } sha256) blobs.Add(sha256);
            }
        await FileRemoval.ForgetAnswersAsync(transaction, ids, cancellationToken);
        foreach (var sha256 in blobs) await UnusedBlobs.QueueAsync(jobs, sha256, cancellationToken);
    }

    public async Task<IReadOnlyList<Guid>> FindItemsAsync(FilePlace place, string query, CancellationToken cancellationToken)
    {
        if (await SearchTerms.ParseAsync(database, query, cancellationToken) is not { } terms) return [];
        await using var command = database.CreateCommand();
        command.Parameters.With(place.Kind).With(place.Id);
        command.CommandText = $"""
            SELECT DISTINCT f.item_id FROM files.files f JOIN files.pages p USING (sha256)
            WHERE f.place_kind = $1 AND f.place_id = $2 AND f.item_id IS NOT NULL{terms.Condition("p.search_text", command.Parameters)}
            """;
        var found = new List<Guid>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found.Add(rows.GetGuid(0));
        return found;
    }
}

/// <summary>How an attachment is read from its rows.</summary>
internal static class AttachmentRows
{
    public const string Columns = """
        f.id, f.file_name, f.media_type, f.size, f.failure, f.created_at, b.scan, b.scan_reason, b.width, b.height, b.page_count, b.has_thumbnail
        FROM files.files f LEFT JOIN files.blobs b USING (sha256)
        """;

    public static Attachment Read(NpgsqlDataReader row)
    {
        var id = row.GetGuid(0);
        var (failure, scan) = (row.NullableString(4), row.NullableString(6));
        var status = failure is not null || scan == "blocked" ? AttachmentStatus.Blocked : scan == "clean" ? AttachmentStatus.Clean : AttachmentStatus.Pending;
        var url = $"/api/v1/files/{id}";
        return new(id, row.GetString(1), row.NullableString(2) ?? "application/octet-stream", row.Nullable<long>(3) ?? 0, row.Nullable<int>(8), row.Nullable<int>(9),
            row.Nullable<int>(10), url, status == AttachmentStatus.Clean && row.GetBoolean(11) ? $"{url}/thumbnail" : null, status,
            status == AttachmentStatus.Blocked ? failure ?? row.NullableString(7) : null, row.GetFieldValue<DateTimeOffset>(5));
    }
}
