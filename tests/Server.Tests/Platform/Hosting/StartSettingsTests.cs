using Consilium.Platform.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Consilium.Tests.Platform.Hosting;

public sealed class StartSettingsTests : DatabaseTest
{
    readonly string secrets = TempDirectory.New();

    [Theory]
    [InlineData("DATABASE_URL", "DATABASE_URL", "postgres://db\n", "postgres://db")]
    [InlineData("OPENAI_API_KEY", "OPENAI_API_KEY", "sk-1", "sk-1")]
    [InlineData("openai_api_key", "OPENAI_API_KEY", "sk-1\n", "sk-1")]
    [InlineData("Security__MasterKey", "Security:MasterKey", "a=\n", "a=")]
    [InlineData("Assistant__Providers__0__Key", "Assistant:Providers:0:Key", " inner space \n", " inner space ")]
    public void A_file_of_secrets_is_a_setting(string file, string key, string content, string value)
    {
        Write(file, content);
        Directory.CreateDirectory(Path.Combine(secrets, "serviceaccount"));
        Configuration($"--Secrets:Directory={secrets}")[key].ShouldBe(value);
    }

    [Fact]
    public void An_argument_comes_before_a_file_of_secrets()
    {
        Write("Admin__Email", "file@example.com");
        Configuration($"--Secrets:Directory={secrets}", "--Admin:Email=argument@example.com")["Admin:Email"].ShouldBe("argument@example.com");
    }

    [Fact]
    public void A_directory_of_secrets_that_is_named_must_be_there() =>
        Should.Throw<StartException>(() => Configuration("--Secrets:Directory=/not/there")).Message
            .ShouldBe("The setting Secrets:Directory must name a directory that is there, and is '/not/there'.");

    [Fact]
    public async Task The_server_starts_by_files_of_secrets_and_the_environment_comes_before_them()
    {
        var given = new NpgsqlConnectionStringBuilder(Database.ConnectionString);
        Write("DATABASE_URL", $"postgres://{given.Username}@{Uri.EscapeDataString(given.Host!)}/{given.Database}\n");
        Write("Security__MasterKey", Modules.Accounts.ProbeServer.MasterKey + "\n");

        var ended = await CreateAdminAsync("first@example.com");
        ended.Code.ShouldBe(0, ended.Errors);
        (await Database.ScalarAsync<long>("SELECT count(*) FROM accounts.users WHERE email = 'first@example.com'")).ShouldBe(1);

        var elsewhere = await CreateAdminAsync("second@example.com", ("DATABASE_URL", "postgres://127.0.0.1:1/x"));
        elsewhere.Errors.ShouldContain("The database cannot be reached");
        (await CreateAdminAsync("second@example.com", ("DATABASE_URL", ""))).Code.ShouldBe(0); // an empty variable counts as none
    }

    [Theory]
    [InlineData("http://localhost:8000")]
    [InlineData("http://localhost:8123", "--PORT=8123")]
    [InlineData("http://localhost:8123", "--PORT=8123", "--http_ports=8080")]
    [InlineData("http://127.0.0.1:9", "--urls=http://127.0.0.1:9", "--PORT=8123")]
    [InlineData(null, "--http_ports=8080")]
    [InlineData("http://localhost:8000", "--PORT=")]
    public void A_whole_address_comes_before_a_port(string? address, params string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(arguments);
        builder.ConfigureListening();
        builder.Configuration["urls"].ShouldBe(address);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("65536")]
    [InlineData("http")]
    [InlineData("-1")]
    public void A_port_that_is_none_is_refused(string port) =>
        Should.Throw<StartException>(() => WebApplication.CreateBuilder([$"--PORT={port}"]).ConfigureListening()).Message
            .ShouldContain("The setting PORT must be");

    static ConfigurationManager Configuration(params string[] arguments)
    {
        var builder = WebApplication.CreateBuilder(arguments);
        builder.AddStartSettings();
        return builder.Configuration;
    }

    void Write(string file, string content) => File.WriteAllText(Path.Combine(secrets, file), content);

    Task<ServerCommand.Ended> CreateAdminAsync(string email, params (string, string)[] environment) =>
        ServerCommand.RunAsync(["admin", "create", email], input: "vellum thicket orbit quay", [("Secrets__Directory", secrets), .. environment]);
}
