using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consilium.Modules.Files;

/// <summary>Whether new files can be scanned. Without it they wait, and everything else works, so it is never worse than degraded.</summary>
internal sealed class ScannerHealth(IContentScanner scanner) : IHealthCheck
{
    public const string Name = "scanner";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await scanner.PingAsync(patience.Token);
            return HealthCheckResult.Healthy();
        }
        catch (ScannerException fault)
        {
            return HealthCheckResult.Degraded($"{fault.Message} New files stay pending until it is back.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Degraded("The scanner does not answer. New files stay pending until it is back.");
        }
    }
}
