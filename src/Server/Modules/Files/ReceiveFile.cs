using System.Security.Cryptography;
using System.Text;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Json;
using Consilium.Platform.MediaTypes;

namespace Consilium.Modules.Files;

/// <summary>Takes in an upload: reads it to its end, judges it, and only then opens the transaction in which it becomes a file.</summary>
internal sealed class ReceiveFile(
    IBlobStore store, KeepContent keep, FilesSettings settings, IdempotentEffect once, RequestTransaction transaction, ConsiliumDb db, IAuditTrail audit,
    CrashPoints crash, TimeProvider clock)
{
    public async Task<IResult> HandleAsync(HttpContext http, Caller caller, IUploadedItem item)
    {
        var (key, badKey) = IdempotencyKey.Of(http);
        if (badKey is not null) return badKey;
        if (key is null && await item.AdmitAsync() is { } refusal) return refusal;
        var (received, problem) = await Upload.ReadAsync(http.Request, item.Fields, store, settings);
        using var upload = received;
        if (upload is null) return problem!;
        if (upload.Content.Size == 0) return Problems.Invalid("file", "is empty.");
        crash.Reach("files.staged");
        var (kind, unfit) = FileJudgement.Of(upload.Content, upload.DeclaredType, upload.Name);
        if (kind is null) return Problems.Of(415, unfit!.Code, unfit.Detail);

        var answer = key is null
            ? await transaction.RunAsync(() => StoreAsync(upload, kind, item, caller, http.RequestAborted), http.RequestAborted)
            : await once.RunAsync(http, key, Fingerprint(upload), async () => await item.AdmitAsync() ?? await StoreAsync(upload, kind, item, caller, http.RequestAborted));
        crash.Reach("files.committed");
        return answer;
    }

    async Task<IResult> StoreAsync(Upload upload, FileKind kind, IUploadedItem item, Caller caller, CancellationToken cancellationToken)
    {
        var (place, refusal) = await item.PlaceAsync(upload.Fields);
        if (refusal is not null) return refusal;
        if (!await keep.KeepAsync(upload.Content, kind, caller.UserId, cancellationToken)) return OverQuota();
        var attachment = await AddAsync(upload, kind, place, isLoose: item is LooseFile, caller, cancellationToken);
        audit.Add(new(caller.UserId, caller.Role.Wire(), "file.upload", $"file/{attachment.Id}"));
        var answer = await item.AddAsync(attachment);
        await db.SaveChangesAsync(cancellationToken);
        return answer;
    }

    async Task<Attachment> AddAsync(Upload upload, FileKind kind, FilePlace place, bool isLoose, Caller caller, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("""
            INSERT INTO files.files (id, owner_id, place_kind, place_id, file_name, media_type, size, sha256, created_at, item_id, attached_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, CASE WHEN $10 THEN NULL ELSE $1 END, CASE WHEN $10 THEN NULL ELSE $9 END)
            """).With(id).With(caller.UserId).With(place.Kind).With(place.Id).With(upload.Name).With(kind.MediaType).With(upload.Content.Size)
            .With(upload.Content.Sha256).With(clock.UtcNow()).With(isLoose);
        // What is found out about the same bytes meanwhile is told to this item, or seen by it (see BlobChanges).
        if (!isLoose) batch.Add("SELECT 1 FROM files.blobs WHERE sha256 = $1 FOR SHARE").With(upload.Content.Sha256);
        batch.Add($"SELECT {AttachmentRows.Columns} WHERE f.id = $1").With(id);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        if (!isLoose) await row.NextResultAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return AttachmentRows.Read(row);
    }

    IResult OverQuota() => Problems.Of(413, "quota_exceeded",
        $"Your files may have {settings.QuotaPerOwner} bytes together: retract messages whose files are not needed any more, or ask an administrator.");

    static byte[] Fingerprint(Upload upload)
    {
        var fields = upload.Fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"\0{field.Key}={field.Value}");
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{upload.Content.Sha256}\0{upload.Name}\0{upload.DeclaredType}{string.Concat(fields)}"));
    }
}

/// <summary>An upload that hangs on nothing yet: it is answered as it is.</summary>
internal sealed class LooseFile(FilePlace place, Func<Task<IResult?>> admit) : IUploadedItem
{
    public IReadOnlyList<string> Fields => [];

    public Task<IResult?> AdmitAsync() => admit();

    public Task<(FilePlace Place, IResult? Refusal)> PlaceAsync(IReadOnlyDictionary<string, string> fields) => Task.FromResult((place, (IResult?)null));

    public Task<IResult> AddAsync(Attachment file) => Task.FromResult<IResult>(TypedResults.Created(file.Url, file));
}
