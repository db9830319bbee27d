using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Consilium.Tests.Modules.Files;

/// <summary>A connection whose other end is told exactly these bytes.</summary>
internal sealed class RawConnection : IDisposable
{
    readonly TcpClient client = new();

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var connection = new RawConnection();
        await connection.client.ConnectAsync(IPAddress.Loopback, address.Port);
        return connection;
    }

    public async Task SendAsync(byte[] bytes) => await client.GetStream().WriteAsync(bytes);

    /// <summary>What comes until the other end closes, or has said the end of its JSON.</summary>
    public async Task<string> ReadAsync()
    {
        var (answer, buffer) = (new StringBuilder(), new byte[4096]);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await client.GetStream().ReadAsync(buffer, patience.Token) is var read and > 0)
            if (answer.Append(Encoding.UTF8.GetString(buffer, 0, read)).ToString().TrimEnd('\r', '\n', '0').EndsWith('}')) break;
        return answer.ToString();
    }

    public void Dispose() => client.Dispose();
}

/// <summary>A body whose length nobody is told.</summary>
internal sealed class ChunkedContent(byte[] content) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context) => await stream.WriteAsync(content);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
