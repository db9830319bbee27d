using System.Net.Sockets;
using System.Text.RegularExpressions;
using Consilium.Postgres;
using Microsoft.AspNetCore.Connections;
using Npgsql;

namespace Consilium.Platform.Hosting;

/// <summary>What stopped the start, in a sentence for whoever started it: what is wrong and what to do.</summary>
internal static partial class StartFailure
{
    public static string Explain(Exception fault) => fault switch
    {
        StartException or PostgresStartException => fault.Message,
        AggregateException { InnerException: { } only } => Explain(only),
        IOException { InnerException: AddressInUseException } taken => PortTaken(taken.Message),
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            "It may not listen on that port: ports below 1024 need a privilege. Choose another one: --urls http://localhost:8000.",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            "It cannot listen there: the address is not one of this machine. Change it: --urls http://localhost:8000.",
        FormatException url when url.Message.StartsWith("Invalid url", StringComparison.Ordinal) =>
            $"{url.Message.TrimEnd('.')}: write it like --urls http://localhost:8000.",
        PostgresException refused => Refused(refused),
        NpgsqlException or TimeoutException or SocketException =>
            $"The database cannot be reached: {Sentence(Innermost(fault).Message)} Check ConnectionStrings__Database "
                + "(or DATABASE_URL, or POSTGRES_SERVER and POSTGRES_PORT) and that PostgreSQL runs there.",
        UnauthorizedAccessException or IOException => $"{Sentence(fault.Message)} Check the data directory's owner and space, or choose another: Data__Directory=….",
        _ => Sentence(Innermost(fault).Message),
    };

    static string PortTaken(string message)
    {
        var address = Address().Match(message).Value.TrimEnd(':', '.');
        var other = Uri.TryCreate(address, UriKind.Absolute, out var uri) ? $"{uri.Scheme}://{uri.Host}:{Math.Min(uri.Port + 1, 65535)}" : "http://localhost:8001";
        return $"The address {address} is taken by another program: stop that, or choose another one: --urls {other}.";
    }

    static string Refused(PostgresException refused) => refused.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"The database refused the login: {Sentence(refused.MessageText)} Check user and password in ConnectionStrings__Database, "
                + "DATABASE_URL or POSTGRES_USER and POSTGRES_PASSWORD.",
        PostgresErrorCodes.InvalidCatalogName =>
            $"{Sentence(refused.MessageText)} Create it (createdb), or name another one in ConnectionStrings__Database, DATABASE_URL or POSTGRES_DB.",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"The database user lacks a right: {Sentence(refused.MessageText)} Let it own its database.",
        _ => $"The database said: {Sentence(refused.MessageText)} ({refused.SqlState})",
    };

    static Exception Innermost(Exception fault) => fault.InnerException is { } inner ? Innermost(inner) : fault;

    static string Sentence(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        if (line.Length == 0) return "An unexpected error.";
        return char.ToUpperInvariant(line[0]) + line[1..] + (line[^1] is '.' or '!' or '?' ? "" : ".");
    }

    [GeneratedRegex("https?://\\S+", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
