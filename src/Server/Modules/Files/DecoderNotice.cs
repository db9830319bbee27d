using Consilium.Platform.Hosting;

namespace Consilium.Modules.Files;

/// <summary>
/// Tells the operator what the decoder lacks: on the console what is missing at first sight, with what mends it, and in the log of Production what a
/// trial finds.
/// </summary>
internal sealed class DecoderNotice(DecoderSetup setup, IHostEnvironment environment, ILogger<DecoderNotice> logger) : BackgroundService, IStartupNotice
{
    public string Title => "Thumbnails";

    public IEnumerable<string> Lines => setup.MissingParts() is var (problem, remedy) ? [$"none: {problem}", remedy] : [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!environment.IsProduction()) return; // elsewhere it is looked for when a file comes
        var found = await setup.LookAsync().WaitAsync(stoppingToken);
        if (found.Problem is { } problem) logger.LogWarning("Files get no thumbnails and their text is not read: {Problem}", problem);
        if (found.WithoutSandbox is { } reason) logger.LogWarning("Files are not decoded in a sandbox: {Reason}. Install bubblewrap; see docs/operations.md.", reason);
    }
}
