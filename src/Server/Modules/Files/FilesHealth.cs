using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consilium.Modules.Files;

/// <summary>Degraded while stored bytes are known to be changed or missing: the rest is served, and somebody should look.</summary>
internal sealed class FilesHealth(DamagedBlobs damaged) : IHealthCheck
{
    public const string Name = "files";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(damaged.Any ? HealthCheckResult.Degraded("Stored bytes are damaged: see the log.") : HealthCheckResult.Healthy());
}
