using Consilium.Modules.Accounts.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consilium.Modules.Files.Contracts;

/// <summary>
/// Files, for the modules that let them hang on something. A file is received for a place (a case), and later hangs on one item of it (a
/// message); until then it is its owner's alone. What the caller may do with the place and the item, the module has judged before.
/// </summary>
internal interface IFiles
{
    /// <summary>
    /// Takes in the part <c>file</c> of a <c>multipart/form-data</c> request, streamed, and answers it: 201 with the <see cref="Attachment"/>;
    /// 400 without such a part, 413 over the size or the owner's quota, 415 for content that is not taken or contradicts its declared type.
    /// Honours <c>Idempotency-Key</c>, so the route carries <c>OwnIdempotency</c>.
    /// </summary>
    /// <param name="admit">Null when the caller may give the place a file now, otherwise the answer. Asked before the body is read; with a key, when it is not a repetition.</param>
    Task<IResult> ReceiveAsync(HttpContext http, FilePlace place, Caller caller, Func<Task<IResult?>> admit);

    /// <summary>The same for a file that is an item of its own as soon as it is stored, such as a document: the item has the file's id.</summary>
    Task<IResult> ReceiveItemAsync(HttpContext http, Caller caller, IUploadedItem item);

    /// <summary>
    /// The bytes of a file, for a caller whose right the module has judged and written down. Exactly one comes back: the answer, to be sent or disposed
    /// of, or why there is none (404, 409 <c>file_pending</c> or <c>file_blocked</c>, 500 <c>file_damaged</c>).
    /// </summary>
    Task<(IFileDownload? Download, ProblemHttpResult? Problem)> OpenAsync(Guid fileId, HttpContext http);

    /// <summary>
    /// Locks, in the request's transaction, the uploads among <paramref name="wanted"/>. Null when all may be attached; otherwise the index of the
    /// first that is no upload of the owner for this place, or hangs on something already. Changes nothing.
    /// </summary>
    Task<int?> HoldAsync(FilePlace place, IReadOnlyList<NewAttachment> wanted, Guid ownerId, CancellationToken cancellationToken);

    /// <summary>Hangs what was held on the item, in the same transaction, and queues the fetching of what was named by an address.</summary>
    Task AttachAsync(FilePlace place, Guid itemId, IReadOnlyList<NewAttachment> wanted, Guid ownerId, CancellationToken cancellationToken);

    /// <summary>The files as they are now; those that are gone are missing.</summary>
    Task<IReadOnlyDictionary<Guid, Attachment>> FindAsync(IReadOnlyCollection<Guid> fileIds, CancellationToken cancellationToken);

    /// <summary>Takes all files of the item away, in the request's transaction: nobody reads them from then on, and their bytes are swept.</summary>
    Task ReleaseAsync(FilePlace place, Guid itemId, CancellationToken cancellationToken);

    /// <summary>The items of the place on which documents hang whose text contains what is searched for. Terms as in <see cref="Platform.Search.SearchTerms"/>.</summary>
    Task<IReadOnlyList<Guid>> FindItemsAsync(FilePlace place, string query, CancellationToken cancellationToken);
}

/// <summary>What other modules may join in their own statements.</summary>
internal static class FileViews
{
    /// <summary>(place_kind, place_id, search_text): the pages of the documents that hang on something</summary>
    public const string Texts = "files.access_texts";

    /// <summary>(file_id, file_name, page, content, search_text): the same pages, of files that were scanned and may be had</summary>
    public const string Pages = "files.access_pages";
}

/// <param name="Kind">The word of the module that holds the file: <c>case</c>. See <see cref="IFileHolder.Kind"/>.</param>
/// <param name="Id">The case, the ticket …</param>
internal readonly record struct FilePlace(string Kind, Guid Id);

/// <summary>A file to attach: an upload by its id, or one to fetch, under a new id.</summary>
internal sealed record NewAttachment(Guid Id, RemoteFile? Remote)
{
    public static NewAttachment Upload(Guid id) => new(id, null);

    public static NewAttachment ToFetch(string fileName, string url) => new(Guid.CreateVersion7(), new(fileName, url));
}

/// <param name="Url">At most 2048 characters. Judged when it is fetched: what can't be had is said in the attachment.</param>
internal sealed record RemoteFile(string FileName, string Url);

/// <summary>What files hang on. Each module that takes files registers one.</summary>
internal interface IFileHolder
{
    /// <summary>Stored with every file: <c>case</c>.</summary>
    string Kind { get; }

    /// <summary>The caller's right to read what hangs on the item; null without one. Asked for every read of a file.</summary>
    Task<FileRight?> FindRightAsync(FilePlace place, Guid itemId, Caller caller, CancellationToken cancellationToken);

    /// <summary>The patient whose data the files of the place are, for the audit trail; null where they are nobody's.</summary>
    Guid? SubjectOf(FilePlace place) => null;

    /// <summary>
    /// A file of the item changes in this transaction (it was fetched, scanned, or got its thumbnail): tells those who look at it. Called before the
    /// file's row is changed, so that everybody locks the place first.
    /// </summary>
    Task ChangedAsync(FilePlace place, Guid itemId, Guid fileId, CancellationToken cancellationToken);
}

/// <summary>Why somebody may read a file, as the audit trail says it.</summary>
/// <param name="Grounds">In words that the patient sees.</param>
internal sealed record FileRight(string? Grounds = null);

/// <summary>A file's bytes as an answer, as <c>/api/v1/files</c> gives them: ranges, to be saved, sandboxed, not to be cached.</summary>
internal interface IFileDownload : IResult, IAsyncDisposable;

/// <summary>What a module does with an upload that becomes an item of its own. The steps come in this order.</summary>
internal interface IUploadedItem
{
    /// <summary>The names of the form's text fields that it reads, which may stand before the file and behind it. Others are ignored.</summary>
    IReadOnlyList<string> Fields { get; }

    /// <summary>
    /// Null when the caller may upload something here, as far as the address tells; otherwise the answer. Asked before the body is read; with an
    /// <c>Idempotency-Key</c> in the transaction, when it is not a repetition.
    /// </summary>
    Task<IResult?> AdmitAsync();

    /// <summary>In the transaction, before anything has changed: the place that the file is for, or the answer that refuses it.</summary>
    Task<(FilePlace Place, IResult? Refusal)> PlaceAsync(IReadOnlyDictionary<string, string> fields);

    /// <summary>In the same transaction, when the file hangs on the item: makes the item and the answer. Audit entries that it adds are saved.</summary>
    Task<IResult> AddAsync(Attachment file);
}
