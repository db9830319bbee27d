using Consilium.Platform.Hosting;

namespace Consilium.Modules.Files;

/// <summary>How much may be stored, and for how long without use: the section <c>Files</c> of the server's configuration.</summary>
internal sealed record FilesSettings
{
    const long Gibibyte = 1024L * 1024 * 1024;

    /// <summary>Where files lie; empty for <c>files</c> in the data directory. Several servers on one database share one, and it must be there.</summary>
    public string Directory { get; init; } = "";

    /// <summary>The largest file, in bytes.</summary>
    public long MaxBytes { get; init; } = 25 * 1024 * 1024;

    /// <summary>What the files of one owner may weigh together, in bytes. Equal files count each.</summary>
    public long QuotaPerOwner { get; init; } = 2 * Gibibyte;

    /// <summary>How long an upload waits to be attached to something.</summary>
    public TimeSpan KeepUnused { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Where the scanner listens; empty without one. With one, nothing is served before it has said that it is clean.</summary>
    public string Clamd { get; init; } = "";

    public bool HasScanner => Clamd.Length > 0;

    public static FilesSettings From(IConfiguration configuration)
    {
        FilesSettings settings;
        try
        {
            settings = configuration.GetSection("Files").Get<FilesSettings>() ?? new();
        }
        catch (InvalidOperationException malformed)
        {
            throw new StartException($"The section Files of the settings cannot be read: {malformed.Message}", malformed);
        }
        if (settings.Directory.Length > 0 && !System.IO.Directory.Exists(settings.Directory))
            throw new StartException($"The setting Files:Directory must name a directory that is there, and is '{settings.Directory}'.");
        if (settings.MaxBytes is < 1 or > Gibibyte)
            throw new StartException($"The setting Files:MaxBytes must be 1 to {Gibibyte} bytes, and is {settings.MaxBytes}.");
        if (settings.QuotaPerOwner < settings.MaxBytes)
            throw new StartException($"The setting Files:QuotaPerOwner must not be below Files:MaxBytes ({settings.MaxBytes}), and is {settings.QuotaPerOwner}.");
        if (settings.KeepUnused < TimeSpan.FromMinutes(1))
            throw new StartException($"The setting Files:KeepUnused must be a minute or more, and is {settings.KeepUnused}.");
        return settings;
    }
}
