using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Consilium.Platform.Hosting;

namespace Consilium.Modules.Files;

/// <summary>
/// ClamAV's daemon, by its socket protocol: <c>zINSTREAM</c>, chunks that begin with their length in four bytes (big-endian), an empty one at
/// the end, then one answer that ends with NUL. Whatever is no clear answer is no verdict.
/// </summary>
internal sealed partial class ClamdScanner(ClamdSettings settings, TimeProvider clock) : IContentScanner
{
    const int ChunkSize = 64 * 1024;
    const int LongestAnswer = 4096;
    const int LongestName = 100;

    public async Task<string?> ScanAsync(Stream content, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(async (connection, cancellation) =>
        {
            await connection.WriteAsync("zINSTREAM\0"u8.ToArray(), cancellation);
            var chunk = new byte[sizeof(int) + ChunkSize];
            for (int length; (length = await content.ReadAsync(chunk.AsMemory(sizeof(int)), cancellation)) > 0;)
            {
                BinaryPrimitives.WriteInt32BigEndian(chunk, length);
                await connection.WriteAsync(chunk.AsMemory(0, sizeof(int) + length), cancellation);
            }
            await connection.WriteAsync(new byte[sizeof(int)], cancellation);
        }, cancellationToken);
        if (answer is "stream: OK") return null;
        if (Found().Match(answer) is { Success: true } found) return Clean(found.Groups["name"].Value);
        throw new ScannerException(answer.Contains("size limit exceeded", StringComparison.OrdinalIgnoreCase)
            ? "The scanner takes no file of this size: its StreamMaxLength is too small."
            : "The scanner gave no verdict.");
    }

    public async Task PingAsync(CancellationToken cancellationToken)
    {
        var answer = await AskAsync((connection, cancellation) => connection.WriteAsync("zPING\0"u8.ToArray(), cancellation).AsTask(), cancellationToken);
        if (answer != "PONG") throw new ScannerException("The scanner answers, but not as clamd does.");
    }

    async Task<string> AskAsync(Func<NetworkStream, CancellationToken, Task> askAsync, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(settings.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            using var socket = settings.Address is UnixDomainSocketEndPoint
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(settings.Address, either.Token);
            await using var connection = new NetworkStream(socket);
            Exception? cut = null;
            try
            {
                await askAsync(connection, either.Token);
            }
            catch (IOException fault)
            {
                cut = fault; // it may have said why before it closed: beyond its size limit, for one
            }
            var answer = await ReadAsync(connection, either.Token);
            return cut is null || answer != "stream: OK" ? answer : throw new ScannerException("The scanner judged before it had seen the whole file.", cut);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ScannerException("The scanner took too long.", fault);
        }
        catch (SocketException fault)
        {
            throw new ScannerException("The scanner cannot be reached.", fault);
        }
        catch (IOException fault)
        {
            throw new ScannerException("The scanner broke off.", fault);
        }
    }

    static async Task<string> ReadAsync(NetworkStream connection, CancellationToken cancellationToken)
    {
        var answer = new byte[LongestAnswer];
        for (var length = 0; length < answer.Length;)
        {
            var read = await connection.ReadAsync(answer.AsMemory(length), cancellationToken);
            if (read == 0) throw new ScannerException("The scanner closed without an answer.");
            var end = answer.AsSpan(length, read).IndexOf((byte)0);
            if (end >= 0) return Encoding.ASCII.GetString(answer, 0, length + end);
            length += read;
        }
        throw new ScannerException("The scanner's answer has no end.");
    }

    [GeneratedRegex("^stream: (?<name>.+) FOUND$", RegexOptions.NonBacktracking | RegexOptions.Singleline)]
    private static partial Regex Found();

    // It is shown to people.
    static string Clean(string name)
    {
        var clean = string.Concat(name.Where(c => c is > ' ' and < (char)0x7f)).Trim();
        return clean.Length == 0 ? "unnamed" : clean.Length > LongestName ? clean[..LongestName] : clean;
    }
}

/// <summary>Where clamd listens, and how long it may take for one file.</summary>
internal sealed record ClamdSettings(EndPoint Address, TimeSpan Timeout)
{
    const string Key = "Files:Clamd";

    /// <summary>Null when none is configured.</summary>
    /// <exception cref="StartException">The address makes no sense.</exception>
    public static ClamdSettings? Read(IConfiguration configuration)
    {
        if (configuration[Key] is not { Length: > 0 } text) return null;
        var timeout = TimeSpan.FromSeconds(Math.Max(1, configuration.WholeNumber("Files:ScanSeconds", 30)));
        if (Path.IsPathRooted(text)) return new(new UnixDomainSocketEndPoint(text), timeout);
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "tcp", Port: > 0, Host.Length: > 0, PathAndQuery: "" or "/" }
            ? new(new DnsEndPoint(uri.Host.Trim('[', ']'), uri.Port), timeout)
            : throw new StartException($"The setting {Key} must be the path of clamd's socket or tcp://host:port, and is '{text}'.");
    }
}
