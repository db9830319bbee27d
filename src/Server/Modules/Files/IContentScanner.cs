namespace Consilium.Modules.Files;

/// <summary>
/// Looks for malware in bytes. Registered when one is configured (<c>Files:Clamd</c>): then stored bytes are pending until it has found nothing in them.
/// </summary>
internal interface IContentScanner
{
    /// <summary>What it calls what it found; null when it found nothing.</summary>
    /// <exception cref="ScannerException">There is no verdict.</exception>
    Task<string?> ScanAsync(Stream content, CancellationToken cancellationToken);

    /// <exception cref="ScannerException">It does not answer as it should.</exception>
    Task PingAsync(CancellationToken cancellationToken);
}

/// <summary>The scanner gave no verdict. The message names nothing of the file.</summary>
internal sealed class ScannerException(string message, Exception? cause = null) : Exception(message, cause);
