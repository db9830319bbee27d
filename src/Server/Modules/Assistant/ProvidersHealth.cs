using Consilium.Platform.Hosting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consilium.Modules.Assistant;

/// <summary>Says which providers are left alone because they failed. It is never worse than degraded: answers come from the next, or from the rules.</summary>
internal sealed class ProvidersHealth(Providers providers) : IHealthCheck
{
    public const string Name = "assistant";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var open = providers.InOrder.Where(provider => provider.IsOpen).Select(provider => provider.Settings.Name).ToList();
        return Task.FromResult(open.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"Left alone for a while after failures: {string.Join(", ", open)}."));
    }
}

/// <summary>Names the chain on the console, and no key.</summary>
internal sealed class ProvidersNotice(ChainSettings settings) : IStartupNotice
{
    public string Title => "Assistant";

    public IEnumerable<string> Lines => [string.Join(" → ", settings.Providers.Select(p => p.Source).Append(BuiltInRules.Source).Select(s => $"{s.Provider} {s.Model}"))];
}
