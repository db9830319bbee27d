using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Consilium.Tests.Platform.Database;

public sealed class PostgresUrlTests : DatabaseTest
{
    [Theory]
    [InlineData("postgres://ada:pw@db.example.com:6432/consilium", "Host=db.example.com;Port=6432;Username=ada;Password=pw;Database=consilium")]
    [InlineData("postgresql://ada:pw@db.example.com/consilium", "Host=db.example.com;Port=5432;Username=ada;Password=pw;Database=consilium")]
    [InlineData("  postgresql://ada@db/consilium\n", "Host=db;Port=5432;Username=ada;Database=consilium")]
    [InlineData("POSTGRES://db", "Host=db;Port=5432")]
    [InlineData("postgres://db:/x", "Host=db;Port=5432;Database=x")]
    [InlineData("postgres://a%40b:p%2F%3A%40%25%20%C3%A9@db/a%2Fb", "Host=db;Port=5432;Username=a@b;Password=\"p/:@% é\";Database=a/b")]
    [InlineData("postgres://ada:p?#+:w@db/x", "Host=db;Port=5432;Username=ada;Password=p?#+:w;Database=x")]
    [InlineData("postgres://:pw@db", "Host=db;Port=5432;Password=pw")]
    [InlineData("postgres://ada@[2001:db8::1]:6432/x", "Host=2001:db8::1;Port=6432;Username=ada;Database=x")]
    [InlineData("postgres://[::1]/x", "Host=::1;Port=5432;Database=x")]
    [InlineData("postgres://one:1111,two,[::1]:3333/x", "Host=\"one:1111,two:5432,[::1]:3333\";Database=x")]
    [InlineData("postgres://one,two/x?target_session_attrs=read-write", "Host=\"one:5432,two:5432\";Database=x;Target Session Attributes=read-write")]
    [InlineData("postgresql://%2Frun%2Fpg/x", "Host=/run/pg;Port=5432;Database=x")]
    [InlineData("postgresql:///x?host=/run/pg&port=6432&user=ada&password=p%26w", "Host=/run/pg;Port=6432;Username=ada;Password=p&w;Database=x")]
    [InlineData("postgresql://ada@/x?host=localhost", "Host=localhost;Username=ada;Database=x")]
    [InlineData("postgresql://db?dbname=x&user=ada", "Host=db;Port=5432;Username=ada;Database=x")]
    [InlineData("postgres://db/x?sslmode=disable", "Host=db;Port=5432;Database=x;SSL Mode=Disable")]
    [InlineData("postgres://db/x?sslmode=prefer", "Host=db;Port=5432;Database=x;SSL Mode=Prefer")]
    [InlineData("postgres://db/x?sslmode=require", "Host=db;Port=5432;Database=x;SSL Mode=Require")]
    [InlineData("postgres://db/x?ssl=true", "Host=db;Port=5432;Database=x;SSL Mode=Require")]
    [InlineData("postgres://db/x?sslmode=verify-ca&sslrootcert=/ca.pem", "Host=db;Port=5432;Database=x;SSL Mode=VerifyCA;Root Certificate=/ca.pem")]
    [InlineData("postgres://db/x?sslrootcert=/ca.pem&sslmode=require", "Host=db;Port=5432;Database=x;SSL Mode=VerifyCA;Root Certificate=/ca.pem")]
    [InlineData("postgres://db/x?sslmode=verify-full&sslrootcert=system", "Host=db;Port=5432;Database=x;SSL Mode=VerifyFull")]
    [InlineData("postgres://db/x?sslmode=verify-full&channel_binding=require&application_name=my%20app",
        "Host=db;Port=5432;Database=x;SSL Mode=VerifyFull;Channel Binding=Require;Application Name=my app")]
    [InlineData("postgres://db/x?options=-c%20search_path%3Da%20-c%20work_mem%3D8MB",
        "Host=db;Port=5432;Database=x;Options=\"-c search_path=a -c work_mem=8MB\"")]
    [InlineData("postgres://db/x?connect_timeout=10&keepalives=1&client_encoding=utf8&", "Host=db;Port=5432;Database=x")]
    [InlineData("postgres://db/x?sslcert=/c.pem&sslkey=/k.pem&gssencmode=disable&sslnegotiation=direct&sslmode=require",
        "Host=db;Port=5432;Database=x;SSL Certificate=/c.pem;SSL Key=/k.pem;GSS Encryption Mode=Disable;SSL Negotiation=Direct;SSL Mode=Require")]
    public void An_address_says_what_a_connection_string_says(string address, string same)
    {
        var read = new NpgsqlConnectionStringBuilder(PostgresUrl.ToConnectionString(address, "DATABASE_URL"));
        var expected = new NpgsqlConnectionStringBuilder(same);
        if (expected.Host!.Contains(',')) read.Remove("Port");
        read.EquivalentTo(expected).ShouldBeTrue(read.ConnectionString);
    }

    [Theory]
    [InlineData("mysql://ada:secret@db/x", "must begin with postgresql:// or postgres://")]
    [InlineData("Host=db;Password=secret", "belongs into ConnectionStrings__Database")]
    [InlineData("secret", "must begin with postgresql://")]
    [InlineData("postgres:/ada:secret@db/x", "must begin with postgresql://")]
    [InlineData("postgres://ada:secret@secret@db/x", "an @ is in the wrong place")]
    [InlineData("postgres://ada:secret/secret@db/x", "an @ is in the wrong place")]
    [InlineData("postgres://ada:secret/secret", "its port must be a number")]
    [InlineData("postgres://db:secret/x", "its port must be a number")]
    [InlineData("postgres://db:0/x", "its port must be a number")]
    [InlineData("postgres://db:65536/x", "its port must be a number")]
    [InlineData("postgres://db/x?port=secret", "its port must be a number")]
    [InlineData("postgres://2001:db8::1/x", "Write an IPv6 address in brackets")]
    [InlineData("postgres://[::1/x", "Write an IPv6 address in brackets")]
    [InlineData("postgres://ada:secret%@db/x", "the password has a % that begins no escape")]
    [InlineData("postgres://ada:secret%4@db/x", "the password has a % that begins no escape")]
    [InlineData("postgres://ada:secret%zz@db/x", "the password has a % that begins no escape")]
    [InlineData("postgres://ada:secret%00@db/x", "the password has a character that cannot be there")]
    [InlineData("postgres://db/x?secret", "a parameter after the ? must be written name=value")]
    [InlineData("postgres://db/x?=secret", "a parameter after the ? must be written name=value")]
    [InlineData("postgres://db/x?pool_size=secret", "the parameter 'pool_size' is unknown")]
    [InlineData("postgres://db/x?Secret!=1", "a parameter after the ? is unknown")]
    [InlineData("postgres://db/x?sslmode=secret", "the parameter 'sslmode' has a value that it does not take")]
    [InlineData("postgres://db/x?channel_binding=secret", "the parameter 'channel_binding' has a value that it does not take")]
    [InlineData("postgres://db/x?target_session_attrs=secret", "the parameter 'target_session_attrs' has a value that it does not take")]
    public void What_is_no_address_is_told_in_a_sentence_without_its_secrets(string address, string part)
    {
        var message = Should.Throw<StartException>(() => PostgresUrl.ToConnectionString(address, "DATABASE_URL")).Message;
        message.ShouldStartWith("DATABASE_URL is no PostgreSQL address of the form postgresql://user:password@host:5432/database: ");
        message.ShouldContain(part);
        message.ShouldNotContain("secret", Case.Insensitive);
        message.ShouldNotContain("\n");
    }

    [Theory]
    [InlineData("", "postgres://two", "three", "Host=two")]
    [InlineData("Host=one", "postgres://two", "three", "Host=one")]
    [InlineData("postgres://one", "postgres://two", "three", "Host=one")]
    [InlineData("", "", "three", "Host=three")]
    [InlineData("", "", "", null)]
    public void The_connection_string_comes_first_then_the_address_then_the_parts(string one, string two, string three, string? host)
    {
        var settings = new DatabaseSettings(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ConnectionStrings:Database"] = one, ["DATABASE_URL"] = two, ["POSTGRES_SERVER"] = three, ["Data:Directory"] = "",
        }).Build());
        if (host is null) settings.External.ShouldBeNull();
        else settings.External.ShouldNotBeNull().ShouldStartWith(host);
    }

    [Fact]
    public async Task The_server_reaches_its_database_by_an_address()
    {
        var given = new NpgsqlConnectionStringBuilder(Database.ConnectionString);
        var address = $"postgres://{given.Username}:unused@{Uri.EscapeDataString(given.Host!)}/{given.Database}?application_name=me&sslmode=disable";

        var ended = await ServerCommand.RunAsync(
            ["admin", "create", "boss@example.com"], input: "vellum thicket orbit quay", ("DATABASE_URL", address));

        ended.Code.ShouldBe(0, ended.Errors);
        (await Database.ScalarAsync<long>("SELECT count(*) FROM accounts.users WHERE email = 'boss@example.com'")).ShouldBe(1);
    }

    [Fact]
    public async Task A_start_with_an_address_that_is_none_says_so_without_the_password()
    {
        var ended = await ServerCommand.RunAsync([], ("DATABASE_URL", "postgres://ada:hunter2@db:no/x"));
        ended.Code.ShouldBe(1);
        ended.Errors.ShouldContain("Consilium could not start. DATABASE_URL is no PostgreSQL address");
        (ended.Output + ended.Errors).ShouldNotContain("hunter2");
    }
}
