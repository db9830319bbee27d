using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Consilium.Modules.Files;
using Consilium.Platform.Sandbox;
using Microsoft.Win32.SafeHandles;

namespace Consilium.Tests.Modules.Files;

/// <summary>What a program could do that has taken over the decoder: a script in its place tries.</summary>
public sealed class SandboxTests
{
    const string Script = """
        import { closeSync, fstatSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
        import { connect } from 'node:net';
        import { networkInterfaces } from 'node:os';
        const [port, secret, input] = process.argv.slice(2);
        const attempt = (action) => { try { return action(); } catch (error) { return error.code ?? `${error}`; } };
        process.on('SIGXFSZ', () => {});
        const network = await new Promise((resolve) => {
          const socket = connect(port, '127.0.0.1', () => resolve('connected') || socket.destroy()).on('error', (error) => resolve(error.code));
          setTimeout(() => resolve('timeout'), 3000).unref();
        });
        console.log(JSON.stringify({
          network,
          interfaces: Object.keys(networkInterfaces()).filter((name) => name !== 'lo'),
          input: attempt(() => readFileSync(input, 'utf8')),
          secret: attempt(() => readFileSync(secret, 'utf8')),
          accounts: attempt(() => readFileSync('/etc/passwd', 'utf8').slice(0, 4)),
          root: readdirSync('/').sort(),
          processes: readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length,
          rights: /CapEff:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1],
          core: /Max core file size\s+(\w+)/.exec(readFileSync('/proc/self/limits', 'utf8'))[1],
          overwrite: attempt(() => closeSync(openSync(input, 'r+'))),
          write: attempt(() => writeFileSync('here', 'x') ?? 'written'),
          environment: Object.keys(process.env).sort(),
          files: readdirSync('/proc/self/fd').filter((descriptor) => attempt(() => fstatSync(Number(descriptor)).isFile()) === true).length,
          nice: readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ')[16],
        }));
        """;

    [BubblewrapFact]
    public async Task In_bubblewrap_there_is_the_file_and_nothing_else_of_this_machine()
    {
        var seen = await TryAsync(DecoderParts.Bubblewrap);

        seen.Text("input").ShouldBe("the file");
        seen.Text("network").ShouldBe("ECONNREFUSED"); // a loopback of its own, where nobody listens
        seen.GetProperty("interfaces").GetArrayLength().ShouldBe(0);
        seen.Text("secret").ShouldBe("ENOENT");
        seen.Text("accounts").ShouldBe("ENOENT");
        seen.GetProperty("root").EnumerateArray().Select(name => name.GetString())
            .ShouldBeSubsetOf(["dev", "etc", "input", "lib", "lib64", "node", "proc", "thumbnailer", "tmp", "usr"]);
        seen.GetProperty("processes").GetInt32().ShouldBe(2); // bubblewrap and itself
        seen.Text("rights").ShouldBe("0000000000000000");
        seen.Text("overwrite").ShouldBe("EROFS");
        ShouldBeHeldShort(seen);
    }

    [DecoderFact]
    public async Task Without_bubblewrap_it_still_has_nothing_of_the_server_and_writes_nothing()
    {
        var seen = await TryAsync(null);
        seen.Text("input").ShouldBe("the file");
        ShouldBeHeldShort(seen);
    }

    [DecoderFact]
    public async Task What_it_was_given_to_work_in_is_taken_away()
    {
        var limits = new SandboxLimits(TimeSpan.FromSeconds(100), long.MaxValue, 1000);
        var run = await SandboxedProcess.RunAsync(["/bin/sh", "-c", "pwd"], limits, CancellationToken.None);
        var place = Encoding.UTF8.GetString(run.Output).Trim();
        Path.GetFileName(place).ShouldStartWith("consilium-decoder-");
        Directory.Exists(place).ShouldBeFalse();
    }

    [Fact]
    public void What_a_killed_server_left_is_taken_away_an_hour_later()
    {
        var left = Directory.CreateTempSubdirectory("consilium-decoder-test-");
        left.LastWriteTimeUtc = DateTime.UtcNow.AddMinutes(-90);
        var inUse = Directory.CreateTempSubdirectory("consilium-decoder-test-");
        SandboxedProcess.RemoveLeftovers(DateTimeOffset.UtcNow);
        left.Refresh();
        (left.Exists, inUse.Exists).ShouldBe((false, true));
        inUse.Delete();
    }

    static void ShouldBeHeldShort(JsonElement seen)
    {
        seen.Text("core").ShouldBe("0");
        seen.Text("write").ShouldBe("EFBIG");
        seen.Text("nice").ShouldBe("5");
        seen.GetProperty("files").GetInt32().ShouldBe(0);
        seen.GetProperty("environment").EnumerateArray().Select(name => name.GetString()).ShouldBeSubsetOf(["MALLOC_ARENA_MAX", "OLDPWD", "PATH", "PWD", "VIPS_DISC_THRESHOLD"]);
    }

    static async Task<JsonElement> TryAsync(string? bubblewrap)
    {
        var programs = TempDirectory.New();
        await File.WriteAllTextAsync(Path.Combine(programs, "probe.mjs"), Script);
        var secret = DecoderParts.Save("a secret"u8.ToArray());
        var file = DecoderParts.Save("the file"u8.ToArray());
        using var inheritable = new SafeFileHandle(Duplicate((int)File.OpenHandle(secret).DangerousGetHandle()), ownsHandle: true);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var node = File.ResolveLinkTarget(DecoderParts.Node!, returnFinalTarget: true)?.FullName ?? DecoderParts.Node!;
        var limits = new SandboxLimits(TimeSpan.FromSeconds(100), long.MaxValue, 1_000_000);

        var command = new DecoderCommand(node, programs, bubblewrap).For("probe.mjs", [$"{((IPEndPoint)listener.LocalEndpoint).Port}", secret], file, limits.Time);
        var run = await SandboxedProcess.RunAsync(command, limits, CancellationToken.None);

        run.ExitCode.ShouldBe(0, run.Errors);
        listener.Pending().ShouldBe(bubblewrap is null);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    // As from a parent that left a file open for its children, which .NET itself never does.
    [DllImport("libc", EntryPoint = "dup")]
    static extern int Duplicate(int descriptor);
}
