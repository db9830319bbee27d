using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consilium.Modules.Files;

/// <summary>Whether files get thumbnails. Without them everything else works, so it is never worse than degraded.</summary>
internal sealed class DecoderHealth(DecoderSetup setup) : IHealthCheck
{
    public const string Name = "thumbnails";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var looking = setup.LookAsync();
        if (await Task.WhenAny(looking, Task.Delay(Patience, cancellationToken)) != looking) return HealthCheckResult.Healthy(); // the first look is not over
        return await looking is { Problem: { } problem } ? HealthCheckResult.Degraded(problem) : HealthCheckResult.Healthy();
    }
}
