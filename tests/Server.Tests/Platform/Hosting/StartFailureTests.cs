using System.Net.Sockets;
using Consilium.Platform.Hosting;
using Consilium.Postgres;
using Microsoft.AspNetCore.Connections;
using Npgsql;

namespace Consilium.Tests.Platform.Hosting;

public sealed class StartFailureTests
{
    public static TheoryData<Exception, string> Failures => new()
    {
        { new IOException("Failed to bind to address http://127.0.0.1:8000: address already in use.", new AddressInUseException("taken")), "--urls http://127.0.0.1:8001" },
        { new IOException("Failed to bind to address http://[::1]:8000: address already in use.", new AddressInUseException("taken")), "http://[::1]:8000 is taken by another program" },
        { new SocketException((int)SocketError.AccessDenied), "ports below 1024" },
        { new SocketException((int)SocketError.AddressNotAvailable), "not one of this machine" },
        { new FormatException("Invalid url: 'foo'"), "Invalid url: 'foo': write it like" },
        { new PostgresStartException("Another server uses it."), "Another server uses it." },
        { new AggregateException(new StartException("Say it plainly.")), "Say it plainly." },
        { new NpgsqlException("outer", new SocketException((int)SocketError.ConnectionRefused)), "The database cannot be reached: Connection refused." },
        { new PostgresException("database \"x\" does not exist", "FATAL", "FATAL", "3D000"), "Database \"x\" does not exist. Create it" },
        { new PostgresException("password authentication failed", "FATAL", "FATAL", "28P01"), "refused the login" },
        { new PostgresException("permission denied for schema public", "ERROR", "ERROR", "42501"), "lacks a right" },
        { new InvalidOperationException("the migration changed"), "The migration changed." },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public void The_operator_gets_a_sentence(Exception fault, string expected)
    {
        StartFailure.Explain(fault).ShouldContain(expected);
        StartFailure.Explain(fault).ShouldNotContain("\n");
    }
}
