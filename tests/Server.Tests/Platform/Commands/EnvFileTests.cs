using Consilium.Platform.Commands;
using Consilium.Platform.Hosting;

namespace Consilium.Tests.Platform.Commands;

public sealed class EnvFileTests
{
    [Theory]
    [InlineData("A=1", "A", "1")]
    [InlineData("  A = 1  ", "A", "1")]
    [InlineData("export A=1", "A", "1")]
    [InlineData("export\tA=1", "A", "1")]
    [InlineData("# A=0\n\n   \n  # more\nA=1\r\n", "A", "1")]
    [InlineData("A=", "A", "")]
    [InlineData("A=''", "A", "")]
    [InlineData("A=b # a comment", "A", "b")]
    [InlineData("A= # a comment", "A", "")]
    [InlineData("A=#b", "A", "#b")]
    [InlineData("A=b#c", "A", "b#c")]
    [InlineData("A=b c", "A", "b c")]
    [InlineData("A=b=c==", "A", "b=c==")]
    [InlineData("A=it's", "A", "it's")]
    [InlineData("A=$HOME ${HOME}", "A", "$HOME ${HOME}")]
    [InlineData(@"A=C:\new", "A", @"C:\new")]
    [InlineData("A=' b # c '", "A", " b # c ")]
    [InlineData("A='b' # c", "A", "b")]
    [InlineData(@"A='\n$x'", "A", @"\n$x")]
    [InlineData("A=\"b\\n\\\"c\\\"\\t\\\\ \\$d\"", "A", "b\n\"c\"\t\\ $d")]
    [InlineData(@"A=""\d""", "A", @"\d")]
    [InlineData("A=\"first\r\nsecond\"\r\n", "A", "first\nsecond")]
    [InlineData("A='first\n\nthird' # c\n", "A", "first\n\nthird")]
    [InlineData("Logging__LogLevel__Consilium.Modules=Debug", "Logging__LogLevel__Consilium.Modules", "Debug")]
    [InlineData("Data:Directory=x", "Data:Directory", "x")]
    [InlineData("A='é \u200D'", "A", "é \u200D")]
    public void A_line_is_read_as_Compose_and_dotenv_read_it(string text, string name, string value) =>
        EnvFile.Parse(text, "file").ShouldBe([(name, value)]);

    [Theory]
    [InlineData("A=1\nB", 2, "there is no '='")]
    [InlineData("A=1\r\n\r\n=2", 3, "no name of a setting")]
    [InlineData("GRÜSSE=2", 1, "no name of a setting")]
    [InlineData("1A=2", 1, "no name of a setting")]
    [InlineData("A B=2", 1, "no name of a setting")]
    [InlineData("export\nA=1", 1, "there is no '='")]
    [InlineData("# c\nA='secret\nB=2\n", 2, "the quote is not closed")]
    [InlineData("A=1\nB=\"secret\" more\n", 2, "something follows the closing quote")]
    [InlineData("A='1\n2'\nB='1\n2'x\n", 3, "something follows the closing quote")]
    public void A_line_that_is_no_setting_is_named_by_its_number_and_not_shown(string text, int line, string part)
    {
        var message = Should.Throw<StartException>(() => EnvFile.Parse(text, "my.env")).Message;
        message.ShouldStartWith($"my.env, line {line}: ");
        message.ShouldContain(part);
        message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Settings_come_from_the_file_but_never_against_the_environment()
    {
        var file = Write("Limits__RequestsPerSecond=many\nLimits__Connections=few");
        (await RunAsync(file)).Errors.ShouldContain("Limits:Connections must be a whole number, zero or more, and is 'few'");
        (await RunAsync(file, ("Limits__Connections", ""))).Errors.ShouldContain("Limits:Connections must be a whole number");
        (await RunAsync(file, ("limits__connections", "5"))).Errors.ShouldContain("Limits:RequestsPerSecond must be a whole number");
        (await RunAsync(file, ("Limits__RequestsPerSecond", "5"), ("Limits__Connections", "5"))).Errors.ShouldContain("database cannot be reached");
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_makes_no_sense_stops_the_start()
    {
        var missing = await RunAsync("not/there.env");
        missing.Code.ShouldBe(1);
        missing.Errors.ShouldContain("The file not/there.env of --env-file cannot be read: Could not find");

        var wrong = await RunAsync(Write("A=1\nnonsense"));
        wrong.Code.ShouldBe(1);
        wrong.Errors.ShouldContain(", line 2: a setting is written NAME=value");

        var bytes = Write("");
        await File.WriteAllBytesAsync(bytes, [(byte)'A', (byte)'=', 0xFF]);
        (await RunAsync(bytes)).Errors.ShouldContain("is no text in UTF-8");
    }

    static string Write(string text)
    {
        var path = Path.Combine(TempDirectory.New(), "my.env");
        File.WriteAllText(path, text);
        return path;
    }

    static Task<ServerCommand.Ended> RunAsync(string file, params (string, string)[] environment) =>
        ServerCommand.RunAsync(["--env-file", file], [.. environment, ("ConnectionStrings__Database", "Host=127.0.0.1;Port=1;Username=nobody")]);
}
