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
    public async Task<IResult> HandleAsync(HttpContext http, FilePlace place, Caller caller, Func<Task<IResult?>> admit)
    {
        var (key, badKey) = IdempotencyKey.Of(http);
        if (badKey is not null) return badKey;
        if (key is null && await admit() is { } refusal) return refusal;
        var (received, problem) = await Upload.ReadAsync(http.Request, store, settings);
        using var upload = received;
        if (upload is null) return problem!;
        if (upload.Content.Size == 0) return Problems.Invalid("file", "is empty.");
        crash.Reach("files.staged");
        var (kind, unfit) = FileJudgement.Of(upload.Content, upload.DeclaredType, upload.Name);
        if (kind is null) return Problems.Of(415, unfit!.Code, unfit.Detail);

        var answer = key is null
            ? await transaction.RunAsync(() => StoreAsync(upload, kind, place, caller, http.RequestAborted), http.RequestAborted)
            : await once.RunAsync(http, key, Fingerprint(upload), async () => await admit() ?? await StoreAsync(upload, kind, place, caller, http.RequestAborted));
        crash.Reach("files.committed");
        return answer;
    }

    async Task<IResult> StoreAsync(Upload upload, FileKind kind, FilePlace place, Caller caller, CancellationToken cancellationToken)
    {
        if (!await keep.KeepAsync(upload.Content, kind, caller.UserId, cancellationToken)) return OverQuota();
        var id = Guid.CreateVersion7();
        Attachment attachment;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add("""
                INSERT INTO files.files (id, owner_id, place_kind, place_id, file_name, media_type, size, sha256, created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """).With(id).With(caller.UserId).With(place.Kind).With(place.Id).With(upload.Name).With(kind.MediaType).With(upload.Content.Size)
                .With(upload.Content.Sha256).With(clock.UtcNow());
            batch.Add($"SELECT {AttachmentRows.Columns} WHERE f.id = $1").With(id);
            await using var row = await batch.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            attachment = AttachmentRows.Read(row);
        }
        audit.Add(new(caller.UserId, caller.Role.Wire(), "file.upload", $"file/{id}"));
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created(attachment.Url, attachment);
    }

    IResult OverQuota() => Problems.Of(413, "quota_exceeded",
        $"Your files may have {settings.QuotaPerOwner} bytes together: retract messages whose files are not needed any more, or ask an administrator.");

    static byte[] Fingerprint(Upload upload) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{upload.Content.Sha256}\0{upload.Name}\0{upload.DeclaredType}"));
}
