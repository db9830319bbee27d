using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Consilium.Tests.Platform.Outbound;

namespace Consilium.Tests.Modules.Files;

/// <summary>A remote server on loopback, which the server under test may reach as if it were public. Each path behaves as its name says.</summary>
internal sealed class RemoteFiles : IAsyncDisposable
{
    static readonly IPAddress Public = IPAddress.Parse("127.0.0.2");

    readonly ConcurrentDictionary<string, int> asked = new(StringComparer.Ordinal);
    readonly RawServer server;
    readonly RawServer inside;

    public RemoteFiles()
    {
        server = new(Public, AnswerAsync);
        inside = new(IPAddress.Loopback, (_, stream, _) => Outside.SendAsync(stream, Head(200, "text/plain", 6) + "inside"));
    }

    public Dictionary<string, string?> Settings => new(StringComparer.Ordinal)
    {
        ["Outbound:AllowHttp"] = "true", ["Outbound:AllowNetworks"] = "127.0.0.2", ["Outbound:AllowPorts"] = $"{server.Port}, {inside.Port}",
    };

    /// <summary>What came to a server that nobody may reach.</summary>
    public int AskedInside => inside.Heads.Count;

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Url(string path) => $"http://127.0.0.2:{server.Port}/{path}";

    public string UrlInside() => $"http://127.0.0.1:{inside.Port}/";

    public int Asked(string path) => asked.GetValueOrDefault(path);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await inside.DisposeAsync();
    }

    async Task AnswerAsync(string head, Stream stream, CancellationToken stop)
    {
        var path = head.Split(' ')[1].Trim('/');
        var times = asked.AddOrUpdate(path, 1, (_, before) => before + 1);
        var picture = File.ReadAllBytes(DecoderParts.Fixture("icon.png"));
        switch (path.Split('/')[0])
        {
            case "icon.png":
            case "second-time" when times > 1:
                await SendAsync("image/png", picture);
                break;
            case "unnamed-type":
                await SendAsync("application/octet-stream", picture);
                break;
            case "second-time":
                await Outside.SendAsync(stream, Head(500, "text/plain", 0));
                break;
            case "status":
                await Outside.SendAsync(stream, Head(int.Parse(path.Split('/')[1], CultureInfo.InvariantCulture), "text/plain", 0));
                break;
            case "when-released":
                await Release.Task.WaitAsync(stop);
                await SendAsync("image/png", picture);
                break;
            case "drips":
                await Outside.SendAsync(stream, Head(200, "image/png", 1_000_000));
                for (; ; await Task.Delay(50, stop)) await stream.WriteAsync(new byte[1], stop);
            case "breaks-off":
                await Outside.SendAsync(stream, Head(200, "image/png", picture.Length));
                await stream.WriteAsync(picture.AsMemory(0, 20), stop);
                break;
            case "says-huge":
                await Outside.SendAsync(stream, Head(200, "image/png", 1L << 40));
                break;
            case "is-huge":
                await Outside.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n");
                for (var block = new byte[64 * 1024]; ;) await stream.WriteAsync(block, stop);
            case "html-as-picture":
                await SendAsync("image/png", "<html><script>alert(1)</script></html>"u8.ToArray());
                break;
            case "picture-as-text":
                await SendAsync("text/plain", picture);
                break;
            case "page":
                await SendAsync("text/html", "<html><body>Log in</body></html>"u8.ToArray());
                break;
            case "empty":
                await SendAsync("image/png", []);
                break;
            case "inwards":
                await Outside.SendAsync(stream, $"HTTP/1.1 302 Found\r\nLocation: {UrlInside()}\r\nContent-Length: 0\r\n\r\n");
                break;
            default:
                await Outside.SendAsync(stream, Head(404, "text/plain", 0));
                break;
        }

        async Task SendAsync(string type, byte[] content)
        {
            await Outside.SendAsync(stream, Head(200, type, content.Length));
            await stream.WriteAsync(content, stop);
        }
    }

    static string Head(int status, string type, long length) =>
        string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Word\r\nContent-Type: {type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
}
