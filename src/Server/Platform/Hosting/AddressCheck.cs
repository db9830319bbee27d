using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Consilium.Platform.Hosting;

/// <summary>Tries the addresses on which the server is to listen, as the web server will after the database has started.</summary>
internal sealed class AddressCheck(IConfiguration configuration) : IStartCheck
{
    public void Run()
    {
        foreach (var url in Urls())
        {
            var address = BindingAddress.Parse(url);
            if (!address.IsUnixPipe && !address.IsNamedPipe && address.Port != 0) Try(url, address);
        }
    }

    IEnumerable<string> Urls()
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        if (endpoints.Count > 0) return endpoints; // Kestrel listens there and nowhere else
        if (configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls) return Parts(urls);
        return [.. Parts(configuration[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}"),
            .. Parts(configuration[WebHostDefaults.HttpsPortsKey]).Select(port => $"https://*:{port}")];
    }

    static string[] Parts(string? text) => (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    static void Try(string url, BindingAddress address)
    {
        if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            // One of the two is enough, unless somebody else has the other.
            var (first, second) = (Bind(url, IPAddress.Loopback, address.Port), Bind(url, IPAddress.IPv6Loopback, address.Port));
            if (first is not null && second is not null) throw first;
        }
        else if (IPAddress.TryParse(address.Host, out var one))
        {
            if (Bind(url, one, address.Port) is { } fault) throw fault;
        }
        else if (Bind(url, IPAddress.IPv6Any, address.Port) is not null && Bind(url, IPAddress.Any, address.Port) is { } fault)
        {
            throw fault;
        }
    }

    /// <summary>What speaks against this address; null when nothing does.</summary>
    /// <exception cref="IOException">Another program has it; said as Kestrel says it.</exception>
    static SocketException? Bind(string url, IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, port));
            return null;
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new IOException($"Failed to bind to address {url}: address already in use.", new AddressInUseException(fault.Message, fault));
        }
        catch (SocketException fault)
        {
            return fault;
        }
    }
}
