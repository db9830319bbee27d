using System.Diagnostics;
using System.Text;
using Consilium.Modules.Assistant;

namespace Consilium.Tests.Docs;

/// <summary>A command line that bash runs in a group of its own, as a terminal does, until it ends or Ctrl+C is pressed.</summary>
internal sealed class ShellJob : IAsyncDisposable
{
    // Ctrl+C is the end of the standard input, so that the death of this process presses it as well.
    const string Terminal = """
        set -m
        eval "$1" &
        job=$!
        signal=INT
        [ -z "$(trap -p INT)" ] || signal=TERM # a shell that was started deaf to Ctrl+C, as scripts start what runs in the background, stays so
        (cat; kill -$signal -- "-$job") >/dev/null 2>&1 &
        wait "$job"
        """;

    readonly StringBuilder output = new();
    readonly Process shell;

    public ShellJob(string commandLine, string directory, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo("bash", ["-c", Terminal, "bash", commandLine])
        {
            UseShellExecute = false, WorkingDirectory = directory,
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var variable in KnownProvider.Variables) start.Environment.Remove(variable); // a developer's own keys are not for tests
        foreach (var (name, value) in environment) start.Environment[name] = value;
        shell = new() { StartInfo = start };
        shell.OutputDataReceived += (_, line) => Keep(line.Data);
        shell.ErrorDataReceived += (_, line) => Keep(line.Data);
        shell.Start();
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
    }

    public string Output
    {
        get { lock (output) return output.ToString(); }
    }

    /// <summary>Returns once the output has the text.</summary>
    public async Task PrintsAsync(string text, TimeSpan within)
    {
        for (var since = Stopwatch.StartNew(); !Output.Contains(text, StringComparison.Ordinal); await Task.Delay(50))
        {
            if (shell.HasExited) throw new InvalidOperationException($"It ended with {shell.ExitCode} before it printed '{text}':\n{Output}");
            if (since.Elapsed > within) throw new TimeoutException($"It did not print '{text}' within {within}:\n{Output}");
        }
    }

    /// <summary>The exit code, once it has ended by itself.</summary>
    public async Task<int> EndsAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            await shell.WaitForExitAsync(deadline.Token);
            return shell.ExitCode;
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"It did not end within {within}:\n{Output}", late);
        }
    }

    public void PressCtrlC() => shell.StandardInput.Close();

    public async ValueTask DisposeAsync()
    {
        PressCtrlC();
        try
        {
            await EndsAsync(TimeSpan.FromSeconds(30));
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
            shell.Dispose();
        }
    }

    void Keep(string? line)
    {
        if (line is null) return;
        lock (output) output.AppendLine(line);
    }
}
