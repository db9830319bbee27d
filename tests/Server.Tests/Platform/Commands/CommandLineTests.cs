using Consilium.Platform.Commands;
using Consilium.Platform.Hosting;

namespace Consilium.Tests.Platform.Commands;

/// <summary>The arguments as an operator writes them, to the built program. What ends at the command line leaves no trace.</summary>
public sealed class CommandLineTests
{
    readonly string data = Path.Combine(TempDirectory.New(), "not there yet");

    [Theory]
    [InlineData("--help", "Usage:", "reset", "--port", "--env-file", "--Data:Directory")]
    [InlineData("-h", "Usage:")]
    [InlineData("serve --help", "serve [options]")]
    [InlineData("admin --help", "create")]
    [InlineData("admin create --help", "<email>")]
    [InlineData("seed --help", "--patients")]
    [InlineData("reset --help", "--yes")]
    [InlineData("--help --Data:Directory x --port 8001", "Usage:")]
    [InlineData("seed --help --patients many", "--patients")]
    public async Task Help_is_printed_and_nothing_begins(string arguments, params string[] parts)
    {
        var ended = await RunAsync(arguments);
        ended.Code.ShouldBe(0, ended.Errors);
        foreach (var part in parts) ended.Output.ShouldContain(part);
        Directory.Exists(data).ShouldBeFalse();
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("serve --version")]
    [InlineData("admin create --version")]
    [InlineData("seed --version")]
    [InlineData("reset --version --environment Development")]
    public async Task The_version_is_printed_and_nothing_begins(string arguments)
    {
        var ended = await RunAsync(arguments);
        ended.Code.ShouldBe(0, ended.Errors);
        ended.Output.Trim().ShouldBe($"Consilium {Product.Version}");
        Directory.Exists(data).ShouldBeFalse();
    }

    [Theory]
    [InlineData("backup", "There is no command 'backup'.")]
    [InlineData("backup --help", "There is no command 'backup'.")]
    [InlineData("--version backup", "There is no command 'backup'.")]
    [InlineData("sed --patients 5", "Did you mean seed?")]
    [InlineData("--helpp", "There is no option --helpp. Did you mean --help?")]
    [InlineData("--prot 8001", "Did you mean --port?")]
    [InlineData("-p 8001", "There is no option -p.")]
    [InlineData("--Dataa:Directory=x", "There is no option --Dataa:Directory. Did you mean --Data:Directory?")]
    [InlineData("--Data:Directry x", "Did you mean --Data:Directory?")]
    [InlineData("--Files__MaxByte 1", "Did you mean --Files:MaxBytes?")]
    [InlineData("--Data:Directory", "--Data:Directory needs a value")]
    [InlineData("--Data:Directory --port 8001", "--Data:Directory needs a value")]
    [InlineData("urls=http://localhost:8001", "Write a setting with two hyphens: --urls=")]
    [InlineData("[suggest]", "There is no command '[suggest]'.")]
    [InlineData("@arguments.txt", "There is no command '@arguments.txt'.")]
    [InlineData("serve now", "'now' is one word too many.")]
    [InlineData("--port", "--port")]
    [InlineData("--port many", "--port needs a whole number from 1 to 65535.")]
    [InlineData("--port 65536", "--port needs a whole number from 1 to 65535.")]
    [InlineData("--port 8001 --urls http://localhost:8002", "Give --port or --urls, not both.")]
    [InlineData("--env-file", "--env-file")]
    [InlineData("admin", "Say which: admin create.")]
    [InlineData("admin create", "email")]
    [InlineData("admin create a@example.com b@example.com", "'b@example.com' is one word too many.")]
    [InlineData("admin remove a@example.com", "There is no command 'remove'.")]
    [InlineData("seed", "--patients")]
    [InlineData("seed --messages 5", "--patients")]
    [InlineData("seed --patients", "--patients")]
    [InlineData("seed --patients many", "--patients needs a whole number from 1 to 10000000.")]
    [InlineData("seed --patients -5", "--patients needs a whole number")]
    [InlineData("seed --patients 0", "--patients needs a whole number from 1")]
    [InlineData("seed --patients 5 --patients 6", "--patients")]
    [InlineData("seed --patients 5 --nurses 6", "There is no option --nurses.")]
    [InlineData("seed patients 5", "'patients' is one word too many.")]
    [InlineData("seed --patients 5 --messages 99999999999", "--messages needs a whole number from 0 to 1000000000.")]
    [InlineData("reset all", "'all' is one word too many.")]
    public async Task What_means_nothing_is_refused_with_the_usage(string arguments, string sentence)
    {
        var ended = await RunAsync(arguments);
        ended.Code.ShouldBe(2, ended.Output);
        ended.Errors.ShouldContain(sentence);
        ended.Errors.ShouldContain("Usage:");
        ended.Output.ShouldBeEmpty();
        Directory.Exists(data).ShouldBeFalse();
    }

    [Theory]
    [InlineData("--Limits:RequestsPerSecond=many")]
    [InlineData("--Limits:RequestsPerSecond many")]
    [InlineData("--limits:requestspersecond many")]
    [InlineData("--Limits__RequestsPerSecond=many")]
    [InlineData("serve --Limits:RequestsPerSecond=many")]
    [InlineData("--Limits:RequestsPerSecond many serve")]
    [InlineData("admin create --Limits:RequestsPerSecond many a@example.com")]
    public async Task Settings_among_the_arguments_reach_the_configuration(string arguments)
    {
        var ended = await RunAsync(arguments);
        ended.Code.ShouldBe(1, ended.Errors);
        ended.Errors.ShouldContain("The setting Limits:RequestsPerSecond must be a whole number, zero or more, and is 'many'.");
        Directory.Exists(data).ShouldBeFalse();
    }

    [Fact]
    public void Settings_are_told_from_options_and_words()
    {
        var given = GivenSettings.TakeFrom(
            [
                "--Data:Directory", "x y", "seed", "--Assistant:Providers:12:Name=a=b", "--PORT", "8001", "--urls=http://[::1]:8001",
                "--Origins:Allowed:3=o", "--Logging:LogLevel:Any.Thing", "Debug", "--OPENAI_API_KEY=", "--nothing", "--", "--Data:Directory",
            ],
            ["--port"]);
        given.Fault.ShouldBeNull();
        given.Settings.ShouldBe([
            "--Data:Directory=x y", "--Assistant:Providers:12:Name=a=b", "--urls=http://[::1]:8001", "--Origins:Allowed:3=o",
            "--Logging:LogLevel:Any.Thing=Debug", "--OPENAI_API_KEY=",
        ]);
        given.Rest.ShouldBe(["seed", "--PORT", "8001", "--nothing", "--", "--Data:Directory"]);
    }

    Task<ServerCommand.Ended> RunAsync(string arguments) => ServerCommand.RunAsync(
        arguments.Split(' '), ("Data__Directory", data), ("ConnectionStrings__Database", "Host=127.0.0.1;Port=1;Username=nobody"));
}
