using Consilium.Modules.Files;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;

namespace Consilium.Tests.Modules.Files;

/// <summary>What is said and done where something is missing.</summary>
public sealed class DecoderSetupTests
{
    [DecoderFact]
    public async Task Without_Node_nothing_is_decoded_and_the_reason_is_known()
    {
        var (setup, decoder) = With(("Node", "/nowhere/node"));
        var found = await setup.LookAsync();
        found.Command.ShouldBeNull();
        found.Problem.ShouldBe("Node.js was not found; 20.9 or newer is needed.");
        (await decoder.DecodeAsync(DecoderParts.Fixture("stamp.png"), "image/png", CancellationToken.None)).ShouldBe(Decoded.Failed(DecodeFailure.Unavailable));
    }

    [DecoderFact]
    public async Task An_old_Node_will_not_do()
    {
        var (setup, _) = With(("Node", Pretending("""echo '{"node":"18.20.4"}'""")));
        (await setup.LookAsync()).Problem.ShouldBe("Node.js 18.20.4 is too old; 20.9 or newer is needed.");
    }

    [DecoderFact]
    public async Task A_Node_that_does_not_start_is_said_to()
    {
        var (setup, _) = With(("Node", Pretending("exit 1")));
        (await setup.LookAsync()).Problem.ShouldBe("The decoder does not start on this system.");
    }

    // A shell script can run outside of bubblewrap, and inside there is no shell.
    [BubblewrapFact]
    public async Task Where_bubblewrap_does_not_work_it_is_left_away_unless_it_is_wanted()
    {
        const string answer = """echo '{"node":"22.1.0"}'; echo '{"done":true}'""";
        var found = await With(("Node", Pretending(answer))).Setup.LookAsync();
        found.Problem.ShouldBeNull();
        found.Command!.Bubblewrap.ShouldBeNull();
        found.WithoutSandbox!.ShouldStartWith("bubblewrap does not work here (bwrap: ");

        var wanted = await With(("Node", Pretending(answer)), ("Sandbox", "bubblewrap")).Setup.LookAsync();
        wanted.Command.ShouldBeNull();
        wanted.Problem.ShouldBe("Files:Sandbox wants bubblewrap, which is not there or does not work.");
    }

    [BubblewrapFact]
    public async Task Where_it_works_it_is_used_and_where_it_is_not_wanted_it_is_not()
    {
        (await With().Setup.LookAsync()).Command!.Bubblewrap.ShouldBe(DecoderParts.Bubblewrap);
        var without = await With(("Sandbox", "none")).Setup.LookAsync();
        (without.Command!.Bubblewrap, without.WithoutSandbox).ShouldBe((null, null));
    }

    [DecoderFact]
    public async Task What_was_missing_is_looked_for_again_a_minute_later()
    {
        var clock = new ManualClock();
        var node = Path.Combine(TempDirectory.New(), "node");
        var setup = new DecoderSetup(DecoderParts.Settings(("Node", node), ("Sandbox", "none")), clock);
        (await setup.LookAsync()).Command.ShouldBeNull();
        File.CreateSymbolicLink(node, DecoderParts.Node!);
        (await setup.LookAsync()).Command.ShouldBeNull();
        clock.Advance(TimeSpan.FromMinutes(2));
        (await setup.LookAsync()).Command.ShouldNotBeNull();
    }

    [BubblewrapFact]
    public async Task In_Production_the_operator_reads_once_what_is_missing()
    {
        var unsandboxed = Pretending("""echo '{"node":"22.1.0"}'; echo '{"done":true}'""");
        (await NoticesAsync("Production", unsandboxed)).ShouldHaveSingleItem().ShouldStartWith("Files are not decoded in a sandbox: bubblewrap does not work here");
        (await NoticesAsync("Production", "/nowhere/node")).ShouldHaveSingleItem().ShouldStartWith("Files get no thumbnails and their text is not read: Node.js was not found");
        (await NoticesAsync("Production", DecoderParts.Node!)).ShouldBeEmpty();
        (await NoticesAsync("Development", "/nowhere/node")).ShouldBeEmpty();
    }

    [DecoderFact]
    public void The_console_names_what_is_missing_and_the_command_that_mends_it()
    {
        Lines(With(("Node", "/nowhere/node")).Setup).ShouldBe([
            "none: Node.js was not found; 20.9 or newer is needed.", "Install it from nodejs.org; the server looks for it again every minute."]);

        var folder = TempDirectory.New();
        var unrestored = new DecoderSetup(DecoderParts.Settings(), TimeProvider.System) { Places = [folder] };
        Lines(unrestored).ShouldBe(["none: The decoder's packages are missing; the build restores them where npm is.", "Publish the server again on a machine with npm."]);

        File.WriteAllText(Path.Combine(folder, "restore.sh"), "");
        Lines(unrestored).Last().ShouldBe($"To restore them, run: sh {folder}/restore.sh");
        Lines(With().Setup).ShouldBeEmpty();
        File.Exists(Path.Combine(DecoderParts.Programs, "restore.sh")).ShouldBeTrue();

        static IEnumerable<string> Lines(DecoderSetup setup) =>
            new DecoderNotice(setup, new HostingEnvironment(), Microsoft.Extensions.Logging.Abstractions.NullLogger<DecoderNotice>.Instance).Lines;
    }

    [Theory]
    [InlineData("Sandbox", "docker")]
    [InlineData("DecodeSeconds", "soon")]
    [InlineData("DecodeMegabytes", "-1")]
    public void A_setting_that_makes_no_sense_stops_the_start(string key, string value) =>
        Should.Throw<Consilium.Platform.Hosting.StartException>(() => DecoderParts.Settings((key, value))).Message.ShouldContain($"Files:{key}");

    static (DecoderSetup Setup, Consilium.Modules.Files.Decoder Decoder) With(params (string Key, string Value)[] settings)
    {
        var read = DecoderParts.Settings(settings);
        var setup = new DecoderSetup(read, TimeProvider.System);
        return (setup, new(read, setup));
    }

    static async Task<List<string>> NoticesAsync(string environment, string node)
    {
        var lines = new Lines();
        using var notice = new DecoderNotice(With(("Node", node)).Setup, new HostingEnvironment { EnvironmentName = environment }, lines);
        await notice.StartAsync(CancellationToken.None);
        await (notice.ExecuteTask ?? Task.CompletedTask);
        return lines.Said;
    }

    sealed class Lines : ILogger<DecoderNotice>
    {
        public List<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> format) => Said.Add(format(state, exception));
    }

    static string Pretending(string script)
    {
        var path = Path.Combine(TempDirectory.New(), "node");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
