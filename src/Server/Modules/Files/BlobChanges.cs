using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;

namespace Consilium.Modules.Files;

/// <summary>Changes what is known of stored bytes, and tells those who look at the files that consist of them, in one transaction.</summary>
internal sealed class BlobChanges(RequestTransaction transaction, IEnumerable<IFileHolder> holders)
{
    /// <summary>
    /// Runs <paramref name="change"/> under the lock of the blob's row; all is undone when it answers false. Places are told, and so locked, before the
    /// row: whoever attaches a file holds its place when it comes to the row. A file that was attached in between was told to nobody, hence the
    /// second look and another try.
    /// </summary>
    /// <param name="isSeen">Whether those who look at the files see the change.</param>
    /// <returns>Whether it was changed: false also when the bytes are gone.</returns>
    public async Task<bool> ChangeAsync(string sha256, bool isSeen, Func<IReadOnlyList<Attached>, Task<bool>> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await transaction.RunAsync(() => OnceAsync(sha256, isSeen, change, cancellationToken), cancellationToken);
                return true;
            }
            catch (UndoneException undone)
            {
                if (!undone.TryAgain) return false;
            }
        }
    }

    async Task OnceAsync(string sha256, bool isSeen, Func<IReadOnlyList<Attached>, Task<bool>> change, CancellationToken cancellationToken)
    {
        var attached = await AttachedAsync(sha256, cancellationToken);
        if (isSeen)
            foreach (var file in attached) await TellAsync(file, cancellationToken);
        if (!await LockAsync(sha256, cancellationToken)) throw new UndoneException(tryAgain: false);
        if (isSeen && !(await AttachedAsync(sha256, cancellationToken)).SequenceEqual(attached)) throw new UndoneException(tryAgain: true);
        if (!await change(attached)) throw new UndoneException(tryAgain: false);
    }

    Task TellAsync(Attached file, CancellationToken cancellationToken) =>
        holders.Single(h => h.Kind == file.Place.Kind).ChangedAsync(file.Place, file.ItemId, file.Id, cancellationToken);

    async Task<bool> LockAsync(string sha256, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT 1 FROM files.blobs WHERE sha256 = $1 FOR NO KEY UPDATE").With(sha256);
        return await batch.ExecuteScalarAsync(cancellationToken) is not null;
    }

    async Task<List<Attached>> AttachedAsync(string sha256, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT id, place_kind, place_id, item_id FROM files.files WHERE sha256 = $1 AND item_id IS NOT NULL ORDER BY place_id, id").With(sha256);
        var attached = new List<Attached>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) attached.Add(new(rows.GetGuid(0), new(rows.GetString(1), rows.GetGuid(2)), rows.GetGuid(3)));
        return attached;
    }

    sealed class UndoneException(bool tryAgain) : Exception
    {
        public bool TryAgain => tryAgain;
    }
}

/// <summary>A file and what it hangs on.</summary>
internal sealed record Attached(Guid Id, FilePlace Place, Guid ItemId);
