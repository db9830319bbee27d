using System.Diagnostics;

namespace Consilium.Platform.Sandbox;

/// <summary>
/// Runs one command that is not trusted: with nothing of this process, in a directory of its own, watched, and gone with all that it started when this returns.
/// </summary>
internal static class SandboxedProcess
{
    const string Places = "consilium-decoder-";
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan Leave = TimeSpan.FromSeconds(5);

    /// <exception cref="OperationCanceledException">It was asked to stop, and is gone.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">It could not be started.</exception>
    public static Task<SandboxRun> RunAsync(IReadOnlyList<string> command, SandboxLimits limits, CancellationToken cancellationToken) =>
        // A thread of its own: bubblewrap dies with the thread that started it, and the pool's threads come and go.
        Task.Factory.StartNew(() => Run(command, limits, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Removes the working directories of servers that were killed meanwhile: empty ones, an hour old.</summary>
    public static void RemoveLeftovers(DateTimeOffset now)
    {
        foreach (var directory in new DirectoryInfo(Path.GetTempPath()).EnumerateDirectories(Places + "*"))
            if (directory.LastWriteTimeUtc < now.UtcDateTime.AddHours(-1)) Remove(directory);
    }

    static SandboxRun Run(IReadOnlyList<string> command, SandboxLimits limits, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var directory = Directory.CreateTempSubdirectory(Places);
        try
        {
            SandboxDescriptors.KeepToThisProcess();
            using var process = Process.Start(StartInfo(command, directory.FullName))!;
            var output = ReadAsync(process.StandardOutput.BaseStream, limits.Output);
            var errors = ReadAsync(process.StandardError.BaseStream, limits.Output);
            SandboxEnd end;
            try
            {
                end = Watch(process, output, limits, cancellationToken);
            }
            finally
            {
                End(process);
            }
            // Both are at their end when the last process that could write is gone.
            if (!Task.WaitAll([output, errors], Leave)) return new(SandboxEnd.Exited, -1, [], "");
            return new(end, process.ExitCode, output.Result, System.Text.Encoding.UTF8.GetString(errors.Result));
        }
        finally
        {
            Remove(directory);
        }
    }

    static ProcessStartInfo StartInfo(IReadOnlyList<string> command, string directory)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true, // held open: the thumbnailer ends with it, so with this process too
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        start.Environment.Clear(); // the server's environment may hold secrets
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["VIPS_DISC_THRESHOLD"] = "4g"; // large pictures stay in memory, where the watch sees them
        start.Environment["MALLOC_ARENA_MAX"] = "2";
        return start;
    }

    static SandboxEnd Watch(Process process, Task<byte[]> output, SandboxLimits limits, CancellationToken cancellationToken)
    {
        var running = Stopwatch.StartNew();
        while (!process.WaitForExit(Look))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (running.Elapsed > limits.Time) return SandboxEnd.TooSlow;
            if (SandboxMemory.Of(process) > limits.Memory) return SandboxEnd.TooMuchMemory;
            if (output is { IsCompletedSuccessfully: true, Result: var read } && read.Length >= limits.Output) return SandboxEnd.TooMuchOutput;
        }
        return SandboxEnd.Exited;
    }

    static void End(Process process)
    {
        process.StandardInput.Close();
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // Gone already, or going: its standard input is closed.
        }
        process.WaitForExit(Leave);
    }

    static void Remove(DirectoryInfo directory)
    {
        try
        {
            directory.Delete(recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another user's, or the process closed a directory in it to us; there are at most empty files in it.
        }
    }

    // Up to the limit; what comes after stays in the pipe, where its writer waits until it is ended.
    static async Task<byte[]> ReadAsync(Stream stream, int limit)
    {
        using var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (read.Length < limit && await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, limit - read.Length))) is > 0 and var count)
            read.Write(buffer, 0, count);
        return read.ToArray();
    }
}

/// <summary>What one run may take.</summary>
/// <param name="Time">By the clock on the wall.</param>
/// <param name="Memory">In bytes, of the whole tree of processes.</param>
/// <param name="Output">In bytes, of each of its outputs.</param>
internal sealed record SandboxLimits(TimeSpan Time, long Memory, int Output);

/// <summary>What became of one run.</summary>
/// <param name="End">Whether it ended by itself.</param>
/// <param name="ExitCode">128 and the number of the signal when it was killed.</param>
/// <param name="Output">As far as the limit allowed; nothing in it can be trusted.</param>
/// <param name="Errors">As <paramref name="Output"/>; it may speak of the file and is never logged.</param>
internal sealed record SandboxRun(SandboxEnd End, int ExitCode, byte[] Output, string Errors);

internal enum SandboxEnd
{
    Exited,
    TooSlow,
    TooMuchMemory,
    TooMuchOutput,
}
