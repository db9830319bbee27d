using Consilium.Platform.Idempotency;

namespace Consilium.Modules.Files.Contracts;

/// <summary>A file that hangs on a message, or is to.</summary>
/// <param name="Id">The id of the file: name it in a message to attach it.</param>
/// <param name="FileName">As it was given, without a path and what could deceive the eye.</param>
/// <param name="MediaType">By the file's content; <c>application/octet-stream</c> until its bytes are there.</param>
/// <param name="Size">Bytes; 0 until they are there.</param>
/// <param name="Width">Of a picture, in pixels, upright.</param>
/// <param name="Height">Of a picture, in pixels, upright.</param>
/// <param name="PageCount">Of a PDF.</param>
/// <param name="Url">Where the file is, for those who may read what it hangs on.</param>
/// <param name="ThumbnailUrl">Where its thumbnail is, a WebP; null while there is none.</param>
/// <param name="Status">Whether the file can be had.</param>
/// <param name="Reason">Why a file is blocked: what the scanner found, or why its address gave nothing.</param>
/// <param name="CreatedAt">When it was uploaded or named.</param>
internal sealed record Attachment(
    Guid Id, string FileName, string MediaType, long Size, int? Width, int? Height, int? PageCount, string Url, string? ThumbnailUrl, AttachmentStatus Status,
    string? Reason, DateTimeOffset CreatedAt) : IHasResourceId;

/// <summary>Pending: being fetched or scanned. Clean: to be had. Blocked: not to be had, for the reason given.</summary>
internal enum AttachmentStatus { Pending, Clean, Blocked }
