namespace Consilium.Platform.MediaTypes;

/// <summary>What a file is by its content.</summary>
/// <param name="MediaType">In lower case, without parameters.</param>
/// <param name="Charset">Of text: <c>utf-8</c>, <c>utf-16</c> or <c>windows-1252</c>.</param>
internal sealed record FileKind(string MediaType, string? Charset = null)
{
    /// <summary>Whether there is something to see or to read in it: size, thumbnail, text.</summary>
    public bool IsDecoded => MediaType.StartsWith("image/", StringComparison.Ordinal) || MediaType is "application/pdf" or "text/plain" or "text/csv";
}
