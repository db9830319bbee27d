using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Consilium.Tests.Platform.Outbound;

/// <summary>A server whose every byte the test decides: it reads a request's head, hands over the connection, closes it afterwards.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    readonly TcpListener listener;
    readonly CancellationTokenSource stop = new();
    readonly ConcurrentBag<Task> conversations = [];
    readonly ConcurrentQueue<string> heads = [];
    readonly Func<string, Stream, CancellationToken, Task> answer;
    readonly SslStreamCertificateContext? certificate;
    readonly Task accepting;

    public RawServer(IPAddress address, Func<string, Stream, CancellationToken, Task> answer, X509Certificate2? certificate = null)
    {
        this.answer = answer;
        if (certificate is not null) this.certificate = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        listener = new(address, 0);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What was asked for so far, as it came.</summary>
    public IReadOnlyList<string> Heads => [.. heads];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await accepting;
        listener.Stop();
        await Task.WhenAll(conversations);
        stop.Dispose();
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true) conversations.Add(ConverseAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (OperationCanceledException)
        {
            // stopped
        }
    }

    async Task ConverseAsync(TcpClient connection)
    {
        using var _ = connection;
        try
        {
            Stream stream = connection.GetStream();
            if (certificate is not null)
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = certificate }, stop.Token);
                stream = secure;
            }
            var head = await HeadAsync(stream);
            if (head.Length == 0) return;
            heads.Enqueue(head);
            await answer(head, stream, stop.Token);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // the client hung up, as it should where the guard refuses
        }
    }

    async Task<string> HeadAsync(Stream stream)
    {
        var head = "";
        var one = new byte[1];
        // The first byte of TLS is all that is wanted of it where it is not spoken.
        while (head is not ['\x16', ..]
            && !head.EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, stop.Token) > 0) head += (char)one[0];
        return head;
    }
}
