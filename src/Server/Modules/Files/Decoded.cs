namespace Consilium.Modules.Files;

/// <summary>What the decoder found in a file. After a failure the rest holds what it had found until then.</summary>
/// <param name="Failure">Why it could not go to the end; null when it did.</param>
/// <param name="Width">Pixels as the picture is to be seen, after its orientation; null for what is no picture.</param>
/// <param name="Height">As <paramref name="Width"/>.</param>
/// <param name="PageCount">Pages of a PDF; null for anything else.</param>
/// <param name="Thumbnail">WebP, at most 200 wide and 2000 high, without any metadata; null where there is nothing to see.</param>
/// <param name="Pages">The text of each page that has one, in order.</param>
internal sealed record Decoded(
    DecodeFailure? Failure, int? Width, int? Height, int? PageCount, byte[]? Thumbnail, IReadOnlyList<PageText> Pages)
{
    public static Decoded Failed(DecodeFailure failure) => new(failure, null, null, null, null, []);
}

/// <summary>The text of a page; it ends with <c>[…]</c> where it was cut.</summary>
/// <param name="Page">1 is the first. Of a text file, pages are pieces of at most 20 000 characters.</param>
/// <param name="Text">Without control characters but tab and line feed, at most 20 000 characters, 1 000 000 in the whole file.</param>
internal sealed record PageText(int Page, string Text);

/// <summary>Why a file could not be decoded.</summary>
internal enum DecodeFailure
{
    /// <summary>No media type that is decoded here, or a form of it that this decoder lacks: HEVC, a PDF with a password.</summary>
    Unsupported,

    /// <summary>Not what it says it is, cut off, or the decoder died of it.</summary>
    Broken,

    /// <summary>Beyond the limits on bytes, pixels or frames, which are read before anything is decoded.</summary>
    TooLarge,

    /// <summary>Not done within <c>Files:DecodeSeconds</c>.</summary>
    TooSlow,

    /// <summary>Took more than <c>Files:DecodeMegabytes</c>.</summary>
    TooMuchMemory,

    /// <summary>There is no decoder on this machine now: nothing is known about the file; worth another try later.</summary>
    Unavailable,
}
