using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Consilium.Platform.Outbound;

namespace Consilium.Tests.Platform.Outbound;

/// <summary>
/// The world outside of the guard: a server at 127.0.0.2, which the rules trust as if it were public, by the name public.example, and the
/// client under test.
/// </summary>
internal sealed class Outside : IAsyncDisposable
{
    public static readonly IPAddress Address = IPAddress.Parse("127.0.0.2");
    static readonly OutboundLimits Ample = new(1_000_000, TimeSpan.FromMinutes(1));

    public Outside(Func<string, Stream, CancellationToken, Task> answer, int alsoAllowed = 1, X509Certificate2? certificate = null)
    {
        Server = new(Address, answer, certificate);
        Rules = new() { AllowHttp = true, AllowNetworks = [new(Address, 32)], AllowPorts = [Server.Port, alsoAllowed] };
        Http = new(Rules, Names, Clock);
    }

    /// <summary>A server that gives the same text to everybody.</summary>
    public Outside(string answer) : this((_, stream, _) => SendAsync(stream, answer)) { }

    public RawServer Server { get; }
    public Names Names { get; } = new Names().With("public.example", "127.0.0.2");
    public OutboundRules Rules { get; }
    public ManualClock Clock { get; } = new();
    public OutboundHttp Http { get; }

    public string Url(string path) => $"http://public.example:{Server.Port}{path}";

    public Task<OutboundResponse> GetAsync(string path, OutboundLimits? limits = null) => Http.GetAsync(Url(path), limits ?? Ample, default);

    /// <summary>The whole body as text.</summary>
    public async Task<string> TextAsync(string path, OutboundLimits? limits = null)
    {
        using var response = await GetAsync(path, limits);
        using var reader = new StreamReader(response.Body, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    /// <summary>How the server does when it is asked for this path, headers or body.</summary>
    public async Task<OutboundRefusedException> RefusedAsync(string path, OutboundFailure failure, OutboundLimits? limits = null)
    {
        var refused = await Should.ThrowAsync<OutboundRefusedException>(() => TextAsync(path, limits));
        refused.Failure.ShouldBe(failure);
        refused.Message.ShouldNotContain("127.");
        return refused;
    }

    public static async Task SendAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        await stream.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }
}
