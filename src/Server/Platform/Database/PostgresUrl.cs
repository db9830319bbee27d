using System.Globalization;
using System.Text.RegularExpressions;
using Consilium.Platform.Hosting;
using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>
/// Reads a PostgreSQL address as libpq does: <c>postgresql://user:password@host:port/database?sslmode=require</c>. Nothing of it is ever shown but
/// the names of its parameters: what looks like a host may be half of a password.
/// </summary>
internal sealed partial class PostgresUrl
{
    const int DefaultPort = 5432;
    const string DebianSockets = "/var/run/postgresql";
    const string Hint = "Write an IPv6 address in brackets, and a / or : of the password as %2F or %3A";
    const string Form = "postgresql://user:password@host:5432/database";

    // libpq's names, and Npgsql's for the same. What only says how a connection is watched is the server's own business, and taken without an effect.
    static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["host"] = "Host", ["port"] = "Port", ["user"] = "Username", ["password"] = "Password", ["dbname"] = "Database", ["passfile"] = "Passfile",
        ["application_name"] = "Application Name", ["options"] = "Options", ["sslcert"] = "SSL Certificate", ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password", ["sslrootcert"] = "Root Certificate", ["channel_binding"] = "Channel Binding",
        ["sslnegotiation"] = "SSL Negotiation", ["gssencmode"] = "GSS Encryption Mode", ["krbsrvname"] = "Kerberos Service Name",
        ["require_auth"] = "Require Auth", ["target_session_attrs"] = "Target Session Attributes",
    };

    static readonly HashSet<string> WithoutEffect = new(StringComparer.Ordinal)
    {
        "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "client_encoding",
        "fallback_application_name", "sslcompression", "load_balance_hosts",
    };

    readonly string setting;
    readonly NpgsqlConnectionStringBuilder connection = [];

    PostgresUrl(string setting) => this.setting = setting;

    public static bool Is(string text) => Scheme().IsMatch(text);

    /// <summary>The connection string that says the same.</summary>
    /// <param name="setting">Where the address stands, for the message.</param>
    /// <exception cref="StartException">It is no such address; the message names the setting and what is wrong.</exception>
    public static string ToConnectionString(string text, string setting) => new PostgresUrl(setting).Read(text.Trim());

    string Read(string text)
    {
        if (!Is(text))
            throw Wrong("it must begin with postgresql:// or postgres://. A connection string, Host=…, belongs into ConnectionStrings__Database");
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        var end = rest.IndexOfAny(['@', '/']);
        if (end >= 0 && rest[end] == '@')
        {
            var user = rest[..end].Split(':', 2);
            if (user[0].Length > 0) connection.Username = Decoded(user[0], "user");
            if (user.Length > 1) connection.Password = Decoded(user[1], "password");
            rest = rest[(end + 1)..];
        }
        if (rest.Contains('@', StringComparison.Ordinal))
            throw Wrong("an @ is in the wrong place. Write an @ of the user's name or password as %40, a / as %2F and a : as %3A");

        var (address, query) = Cut(rest, '?');
        var (hosts, database) = Cut(address, '/');
        ReadHosts(hosts);
        if (database.Length > 0) connection.Database = Decoded(database, "database");
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries)) ReadParameter(parameter);
        if (string.IsNullOrEmpty(connection.Host))
            connection.Host = File.Exists($"{DebianSockets}/.s.PGSQL.{connection.Port}") ? DebianSockets : "localhost";
        if (connection is { SslMode: SslMode.Require, RootCertificate: not null }) connection.SslMode = SslMode.VerifyCA; // as libpq does
        return connection.ConnectionString;
    }

    static (string Before, string After) Cut(string text, char at) =>
        text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var found ? (text[..found], text[(found + 1)..]) : (text, "");

    /// <summary>One host, or several with commas; an IPv6 address in brackets; a directory of sockets as <c>%2Fvar%2Frun</c>.</summary>
    void ReadHosts(string text)
    {
        if (text.Length == 0) return;
        var hosts = text.Split(',').Select(Host).ToList();
        if (hosts.Count == 1) (connection.Host, connection.Port) = hosts[0];
        else connection.Host = string.Join(',', hosts.Select(host => (host.Name.Contains(':') ? $"[{host.Name}]" : host.Name) + $":{host.Port}"));
    }

    (string Name, int Port) Host(string text)
    {
        var match = HostAndPort().Match(text);
        if (!match.Success) throw Wrong($"its host is none. {Hint}");
        var name = match.Groups["v6"].Success ? match.Groups["v6"].Value : Decoded(match.Groups["name"].Value, "host");
        if (match.Groups["port"].Value.Length == 0) return (name, DefaultPort);
        return (name, Port(match.Groups["port"].Value));
    }

    int Port(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
        ? port
        : throw Wrong($"its port must be a number from 1 to 65535. {Hint}");

    void ReadParameter(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1) throw Wrong("a parameter after the ? must be written name=value");
        var name = Decoded(text[..equals], "parameter's name");
        var value = Decoded(text[(equals + 1)..], name);
        if (WithoutEffect.Contains(name)) return;
        try
        {
            if (name is "sslmode") connection.SslMode = Mode(value);
            else if (name is "ssl" && value is "true") connection.SslMode = SslMode.Require;
            else if (name is "port") connection.Port = Port(value);
            else if (name is "sslrootcert" && value is "system") connection.SslMode = SslMode.VerifyFull;
            else if (Parameters.TryGetValue(name, out var ours)) connection[ours] = value;
            else throw Wrong(Word().IsMatch(name) ? $"the parameter '{name}' is unknown. Known are {Known}" : "a parameter after the ? is unknown");
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or NotSupportedException)
        {
            throw Wrong($"the parameter '{name}' has a value that it does not take");
        }
    }

    static string Known => $"sslmode, {string.Join(", ", Parameters.Keys)}";

    static SslMode Mode(string value) => value switch
    {
        "disable" => SslMode.Disable,
        "allow" => SslMode.Allow,
        "prefer" => SslMode.Prefer,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw new FormatException(),
    };

    string Decoded(string text, string part)
    {
        if (BrokenEscape().IsMatch(text)) throw Wrong($"the {part} has a % that begins no escape. Write a % itself as %25");
        var decoded = Uri.UnescapeDataString(text);
        return decoded.Contains('\0', StringComparison.Ordinal) ? throw Wrong($"the {part} has a character that cannot be there (%00)") : decoded;
    }

    StartException Wrong(string what) => new($"{setting} is no PostgreSQL address of the form {Form}: {what}.");

    [GeneratedRegex("^postgres(ql)?://", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^(\[(?<v6>[0-9A-Fa-f:.%]+)\]|(?<name>[^:\[\]]*))(:(?<port>.*))?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex HostAndPort();

    [GeneratedRegex("%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex BrokenEscape();

    [GeneratedRegex("^[a-z_]{1,30}$", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}
