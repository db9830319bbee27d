namespace Consilium.Modules.Files;

/// <summary>A file as somebody gave it, for a place, hanging on an item of it or not yet.</summary>
internal sealed class StoredFile
{
    public Guid Id { get; private set; }
    public Guid OwnerId { get; private set; }
    public string PlaceKind { get; private set; } = "";
    public Guid PlaceId { get; private set; }
    public Guid? ItemId { get; private set; }
    public string FileName { get; private set; } = "";
    public string? MediaType { get; private set; }
    public long? Size { get; private set; }
    public string? Sha256 { get; private set; }
    public string? SourceUrl { get; private set; }
    public string? Failure { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset? AttachedAt { get; private set; }
}
