namespace Consilium.Modules.Files;

/// <summary>Fetches what was named by an address.</summary>
internal static class FetchFile
{
    public const string JobKind = "files.fetch";

    internal sealed record Payload(Guid FileId);
}
