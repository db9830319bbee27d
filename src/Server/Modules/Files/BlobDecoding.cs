using System.Text.Json;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using NpgsqlTypes;

namespace Consilium.Modules.Files;

/// <summary>Has stored bytes decoded, and keeps what was found: measures, thumbnail, text.</summary>
internal sealed class BlobDecoding(
    IBlobStore store, Decoder decoder, ThumbnailCache cache, BlobChanges changes, RequestTransaction transaction, CrashPoints crash)
{
    public const string DecodedPoint = "files.decoded";

    /// <summary>Twice leads to the same as once. Nothing changes while there is no decoder.</summary>
    /// <exception cref="DecodeAgainException">It was too slow for the first time.</exception>
    /// <exception cref="ContentElsewhereException">The bytes are not here.</exception>
    public async Task RunAsync(Blob blob, CancellationToken cancellationToken)
    {
        var found = await DecodeAsync(blob, cancellationToken);
        if (found.Failure is not { } failure) await KeepAsync(blob, found, failure: null, cancellationToken);
        else if (failure == DecodeFailure.TooSlow && blob is { Decoding: "waiting", Failure: null }) await AskAgainAsync(blob, cancellationToken);
        else if (failure != DecodeFailure.Unavailable) await KeepAsync(blob, found, Code(failure), cancellationToken);
    }

    /// <summary>Makes a thumbnail that is missing from the cache, and nothing else: what was found once stands. Returns whether it is there now.</summary>
    public async Task<bool> MakeThumbnailAsync(Blob blob, CancellationToken cancellationToken)
    {
        if (await DecodeAsync(blob, cancellationToken) is not { Thumbnail: { } thumbnail }) return false;
        return await changes.ChangeAsync(blob.Sha256, isSeen: false, async _ =>
        {
            await cache.KeepAsync(blob.Sha256, thumbnail, cancellationToken);
            return true;
        }, cancellationToken);
    }

    /// <summary>Gives up on bytes whose decoding ended the server each time.</summary>
    public Task GiveUpAsync(Blob blob, CancellationToken cancellationToken) =>
        KeepAsync(blob, new(null, null, null, null, null, []), "crashed", cancellationToken);

    async Task<Decoded> DecodeAsync(Blob blob, CancellationToken cancellationToken)
    {
        using var copy = await store.OnDiskAsync(blob.Sha256, cancellationToken) ?? throw new ContentElsewhereException();
        return await decoder.DecodeAsync(copy.Path, blob.MediaType, cancellationToken);
    }

    Task<bool> KeepAsync(Blob blob, Decoded found, string? failure, CancellationToken cancellationToken)
    {
        var isSeen = (blob.Width, blob.Height, blob.PageCount, blob.HasThumbnail) != (found.Width, found.Height, found.PageCount, found.Thumbnail is not null);
        return changes.ChangeAsync(blob.Sha256, isSeen, async _ =>
        {
            var written = await transaction.ExecuteAsync("""
                UPDATE files.blobs
                SET decoding = $2, failure = $3, decoder = $4, width = $5, height = $6, page_count = $7, has_thumbnail = $8
                WHERE sha256 = $1 AND scan = 'clean'
                """, p => p.With(blob.Sha256).With(failure is null ? "done" : "failed").With(NpgsqlDbType.Text, failure).With(Decoder.Version)
                    .With(NpgsqlDbType.Integer, found.Width).With(NpgsqlDbType.Integer, found.Height).With(NpgsqlDbType.Integer, found.PageCount)
                    .With(found.Thumbnail is not null), cancellationToken);
            if (written == 0) return false;
            await WritePagesAsync(blob, found.Pages, cancellationToken);
            if (found.Thumbnail is { } thumbnail) await cache.KeepAsync(blob.Sha256, thumbnail, cancellationToken);
            crash.Reach(DecodedPoint);
            return true;
        }, cancellationToken);
    }

    async Task WritePagesAsync(Blob blob, IReadOnlyList<PageText> pages, CancellationToken cancellationToken)
    {
        var texts = pages.Where(p => p.Page > 0).DistinctBy(p => p.Page).Select(p => p with { Text = FileText.Clean(p.Text) })
            .Where(p => !string.IsNullOrWhiteSpace(p.Text)).ToArray();
        await transaction.ExecuteAsync("DELETE FROM files.pages WHERE sha256 = $1", p => p.With(blob.Sha256), cancellationToken);
        await transaction.ExecuteAsync("""
            INSERT INTO files.pages (sha256, page, content)
            SELECT $1, page, normalize(content, NFC) FROM unnest($2, $3) AS p (page, content)
            """, p => p.With(blob.Sha256).With(texts.Select(t => t.Page).ToArray()).With(texts.Select(t => t.Text).ToArray()), cancellationToken);
    }

    async Task AskAgainAsync(Blob blob, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync("UPDATE files.blobs SET failure = $2 WHERE sha256 = $1 AND decoding = 'waiting'",
            p => p.With(blob.Sha256).With(Code(DecodeFailure.TooSlow)), cancellationToken);
        throw new DecodeAgainException();
    }

    static string Code(DecodeFailure failure) => JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.ToString());
}

/// <summary>The decoder took too long, for the first time: the machine may have been busy.</summary>
internal sealed class DecodeAgainException : Exception;

/// <summary>The bytes are not here: on another server's disk, or to be restored from a backup. They wait.</summary>
internal sealed class ContentElsewhereException : Exception;
