namespace Consilium.Modules.Files;

/// <summary>Stored bytes and what was found out about them. Files with equal content share one.</summary>
internal sealed class Blob
{
    /// <summary>Lower-case hexadecimal. The name of the bytes in the store.</summary>
    public string Sha256 { get; private set; } = "";
    public long Size { get; private set; }
    public string MediaType { get; private set; } = "";

    /// <summary>Of text: <c>utf-8</c>, <c>utf-16</c> or <c>windows-1252</c>.</summary>
    public string? Charset { get; private set; }
    public string Scan { get; private set; } = "";
    public string? ScanReason { get; private set; }
    public string Decoding { get; private set; } = "";
    public string? Failure { get; private set; }
    public int? Decoder { get; private set; }
    public int? Width { get; private set; }
    public int? Height { get; private set; }
    public int? PageCount { get; private set; }
    public bool HasThumbnail { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
}

/// <summary>The text of one page of a document.</summary>
internal sealed class BlobPage
{
    public string Sha256 { get; private set; } = "";

    /// <summary>From 1.</summary>
    public int Page { get; private set; }
    public string Content { get; private set; } = "";
}

/// <summary>What an owner's files weigh together.</summary>
internal sealed class Usage
{
    public Guid OwnerId { get; private set; }
    public long Bytes { get; private set; }
}
