using Consilium.Platform.Hosting;

namespace Consilium.Modules.Files;

/// <summary>How long and how large the decoder may get, and how it is locked in.</summary>
internal sealed class DecoderSettings
{
    public DecoderSettings(IConfiguration configuration)
    {
        Time = TimeSpan.FromSeconds(configuration.WholeNumber("Files:DecodeSeconds", 20));
        Memory = configuration.WholeNumber("Files:DecodeMegabytes", 512) * 1024L * 1024;
        Sandbox = configuration["Files:Sandbox"] switch
        {
            null or "" or "auto" => SandboxChoice.Auto,
            "bubblewrap" => SandboxChoice.Bubblewrap,
            "none" => SandboxChoice.None,
            var other => throw new StartException($"The setting Files:Sandbox must be auto, bubblewrap or none, and is '{other}'."),
        };
        Node = configuration["Files:Node"] is { Length: > 0 } node ? node : null;
    }

    /// <summary>For one file, by the clock on the wall.</summary>
    public TimeSpan Time { get; }

    /// <summary>In bytes, of all processes that work on one file.</summary>
    public long Memory { get; }

    public SandboxChoice Sandbox { get; }

    /// <summary>The program of Node.js; null for the one in the search path.</summary>
    public string? Node { get; }
}

/// <summary>What locks the decoder in, beyond its own process, its limits and the watch over it.</summary>
internal enum SandboxChoice
{
    /// <summary>Bubblewrap where it is there and works.</summary>
    Auto,

    /// <summary>Bubblewrap, or nothing is decoded.</summary>
    Bubblewrap,

    None,
}
