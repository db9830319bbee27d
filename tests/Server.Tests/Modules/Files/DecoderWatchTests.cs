using System.Diagnostics;
using Consilium.Modules.Files;

namespace Consilium.Tests.Modules.Files;

/// <summary>The watch over the decoder: too slow, too large, killed, or not wanted any more, and in each case nothing of it is left.</summary>
public sealed class DecoderWatchTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Sandboxes => ["none", "bubblewrap"];

    [SandboxTheory]
    [MemberData(nameof(Sandboxes))]
    public async Task Without_end_it_is_too_slow(string sandbox)
    {
        var decoder = DecoderParts.Decoder(("Sandbox", sandbox), ("DecodeSeconds", "2"));
        var file = DecoderParts.Save(HostilePapers.Slow());
        (await decoder.DecodeAsync(file, "application/pdf", CancellationToken.None)).Failure.ShouldBe(DecodeFailure.TooSlow);
        await ShouldBeGoneAsync(file);
    }

    [SandboxTheory]
    [MemberData(nameof(Sandboxes))]
    public async Task Beyond_its_memory_it_is_ended(string sandbox)
    {
        var decoder = DecoderParts.Decoder(("Sandbox", sandbox), ("DecodeMegabytes", "160"));
        var file = DecoderParts.Save(HostilePapers.DrawnOver());
        (await decoder.DecodeAsync(file, "application/pdf", CancellationToken.None)).Failure.ShouldBe(DecodeFailure.TooMuchMemory);
        await ShouldBeGoneAsync(file);
    }

    [SandboxTheory]
    [MemberData(nameof(Sandboxes))]
    public async Task Whoever_asks_may_change_their_mind(string sandbox)
    {
        var decoder = DecoderParts.Decoder(("Sandbox", sandbox));
        var file = DecoderParts.Save(HostilePapers.Slow());
        using var stop = new CancellationTokenSource();
        var decoding = decoder.DecodeAsync(file, "application/pdf", stop.Token);
        await RunningOnAsync(file);

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => decoding);
        await ShouldBeGoneAsync(file);
    }

    [SandboxTheory]
    [MemberData(nameof(Sandboxes))]
    public async Task Killed_from_outside_the_file_is_broken_and_the_next_one_is_decoded(string sandbox)
    {
        var decoder = DecoderParts.Decoder(("Sandbox", sandbox));
        var file = DecoderParts.Save(HostilePapers.Slow());
        var decoding = decoder.DecodeAsync(file, "application/pdf", CancellationToken.None);
        using (var node = await RunningOnAsync(file)) node.Kill();

        (await decoding).Failure.ShouldBe(DecodeFailure.Broken);
        await ShouldBeGoneAsync(file);
        (await decoder.DecodeAsync(DecoderParts.Fixture("stamp.png"), "image/png", CancellationToken.None)).Failure.ShouldBeNull();
    }

    [SandboxTheory]
    [MemberData(nameof(Sandboxes))]
    public async Task It_dies_with_the_server(string sandbox)
    {
        var file = DecoderParts.Save(HostilePapers.Slow());
        var command = new DecoderCommand(DecoderParts.Node!, DecoderParts.Programs, sandbox == "none" ? null : DecoderParts.Bubblewrap)
            .ForFile("application/pdf", file, Patience);
        // In the server's place a program that starts the decoder as the server does, its standard input open, and is killed in the middle.
        const string script = """
            const [program, ...words] = process.argv.slice(1);
            require('child_process').spawn(program, words, { stdio: 'pipe' }).stdout.once('data', () => console.log('decoding'));
            setInterval(() => {}, 1000);
            """;
        using var server = Process.Start(new ProcessStartInfo(DecoderParts.Node!, ["-e", script, "--", .. command]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        (await server.StandardOutput.ReadLineAsync().WaitAsync(Patience)).ShouldBe("decoding");
        ProcessesOn(file).Count.ShouldBeGreaterThan(1);

        server.Kill();

        await ShouldBeGoneAsync(file);
    }

    [DecoderFact]
    public async Task Two_are_decoded_at_once_and_the_third_waits()
    {
        var decoder = DecoderParts.Decoder(("Sandbox", "none"));
        using var stop = new CancellationTokenSource();
        var first = Enumerable.Range(0, 2).Select(_ => DecoderParts.Save(HostilePapers.Slow())).ToList();
        var busy = first.Select(file => decoder.DecodeAsync(file, "application/pdf", stop.Token)).ToList();
        foreach (var file in first) await RunningOnAsync(file);
        var third = decoder.DecodeAsync(DecoderParts.Fixture("stamp.png"), "image/png", CancellationToken.None);

        third.IsCompleted.ShouldBeFalse();
        await stop.CancelAsync();
        foreach (var one in busy) await Should.ThrowAsync<OperationCanceledException>(() => one);
        (await third).Failure.ShouldBeNull();
    }

    /// <summary>Node.js at work on the file.</summary>
    static async Task<Process> RunningOnAsync(string file)
    {
        for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < Patience; await Task.Delay(20))
            if (ProcessesOn(file).FirstOrDefault(id => Read(id, "cmdline").Split('\0') is [var program, var heap, ..] && program.EndsWith("node") && heap.StartsWith("--max")) is > 0 and var id)
                return Process.GetProcessById(id);
        throw new TimeoutException("The decoder did not start.");
    }

    static async Task ShouldBeGoneAsync(string file)
    {
        for (var waiting = Stopwatch.StartNew(); ProcessesOn(file).Count > 0; await Task.Delay(20))
            if (waiting.Elapsed > Patience) throw new ShouldAssertException("A process of the decoder lives on.");
    }

    // By the command line, or inside of bubblewrap by what is mounted there. The dead have neither.
    static List<int> ProcessesOn(string file)
    {
        var name = string.Join('/', file.Split('/')[^3..]);
        return [.. Directory.EnumerateDirectories("/proc").Select(place => int.TryParse(Path.GetFileName(place), out var id) ? id : 0)
            .Where(id => id > 0 && (Read(id, "cmdline").Contains(name) || Read(id, "mountinfo").Contains(name)))];
    }

    static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
