using Consilium.Platform.Database;

namespace Consilium.Modules.Files;

/// <summary>Where stored bytes and thumbnails lie: in the data directory, or where several servers find them together.</summary>
internal sealed class FilesDirectory(DatabaseSettings database, FilesSettings settings)
{
    /// <summary>Absolute.</summary>
    public string Root { get; } = settings.Directory.Length > 0 ? Path.GetFullPath(settings.Directory) : Path.Combine(database.DataDirectory, "files");

    /// <summary>Whether other servers may be writing there at the same time.</summary>
    public bool MayBeShared => settings.Directory.Length > 0;
}
