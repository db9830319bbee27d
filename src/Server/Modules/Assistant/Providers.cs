using Consilium.Platform.Outbound;

namespace Consilium.Modules.Assistant;

/// <summary>The providers that are configured, in their order, over one set of connections.</summary>
internal sealed class Providers : IDisposable
{
    readonly HttpClient http = new(OperatorConnections.Handler()) { Timeout = Timeout.InfiniteTimeSpan };

    public Providers(ChainSettings settings, TimeProvider clock, ILogger<Providers> log) =>
        InOrder = [.. settings.Providers.Select(one => new Provider(one, new ProviderChatClient(one, http, clock), clock, log))];

    public IReadOnlyList<Provider> InOrder { get; }

    public void Dispose()
    {
        foreach (var provider in InOrder) provider.Dispose();
        http.Dispose();
    }
}
