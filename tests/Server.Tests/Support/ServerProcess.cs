using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Consilium.Tests.Support;

/// <summary>
/// The built server as a user starts it: a process of its own with the embedded PostgreSQL in a data directory of its own. It can be
/// killed, ended and started again on the same data and the same port.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    static readonly string[] Foreign =
        ["AI_PROVIDER", "OPENAI_", "GROQ_", "GEMINI_", "GOOGLE_", "DATABASE_URL", "POSTGRES_", "PORT", "ASPNETCORE_", "DOTNET_ENVIRONMENT", "ConnectionStrings__", "Database__", "Accounts__", "Admin__",
            "Security__", "Secrets__", "Assistant__"];
    static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    readonly FreePort port = FreePort.Take();
    readonly StringBuilder output = new();
    readonly string[] arguments;
    Process? process;

    ServerProcess(string[] arguments, Dictionary<string, string> environment)
    {
        this.arguments = arguments;
        Environment = environment;
        Address = new($"http://127.0.0.1:{port.Number}");
    }

    public Uri Address { get; }

    /// <summary>The data directory; the server's database is in <c>postgres</c> below it.</summary>
    public string Data { get; } = TempDirectory.New();

    /// <summary>What the next start finds in its environment.</summary>
    public IDictionary<string, string> Environment { get; }

    /// <summary>What all starts have printed so far.</summary>
    public string Output
    {
        get { lock (output) return output.ToString(); }
    }

    /// <summary>The id of the running server process.</summary>
    public int Id => process?.Id ?? throw new InvalidOperationException("The server is not running.");

    public bool IsRunning => process is { HasExited: false };

    /// <summary>The id of the postmaster that runs on the data directory; null when there is none.</summary>
    public int? PostmasterId
    {
        get
        {
            var file = Path.Combine(Data, "postgres", "postmaster.pid");
            return File.Exists(file) && int.TryParse(File.ReadLines(file).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && ProcessSignals.Lives(id) ? id : null;
        }
    }

    /// <summary>Starts a server on an empty data directory and waits until it is healthy.</summary>
    public static Task<ServerProcess> StartAsync(params (string Name, string Value)[] environment) => StartAsync([], environment);

    /// <summary>The same with arguments of its own.</summary>
    public static async Task<ServerProcess> StartAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        var server = new ServerProcess(arguments, environment.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal));
        try
        {
            await server.RestartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again on the same data and waits until it is healthy. Returns the time that took.</summary>
    public async Task<TimeSpan> RestartAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        Launch();
        await ReadyAsync(begun);
        return Stopwatch.GetElapsedTime(begun);
    }

    /// <summary>SIGKILL to the server process alone: its PostgreSQL lives on.</summary>
    public async Task KillAsync()
    {
        process!.Kill(entireProcessTree: false);
        await process.WaitForExitAsync();
    }

    /// <summary>Waits until the server process has ended by itself; returns its exit code (137 after SIGKILL).</summary>
    public async Task<int> ExitAsync()
    {
        await process!.WaitForExitAsync().WaitAsync(ReadyWithin);
        return process.ExitCode;
    }

    /// <summary>Starts the server again on the same data and waits until it has ended by itself, ready or not; returns its exit code.</summary>
    public Task<int> RestartUntilExitAsync()
    {
        Launch();
        return ExitAsync();
    }

    /// <summary>SIGKILL to the postmaster alone; returns once it is gone.</summary>
    public async Task KillPostmasterAsync()
    {
        if (PostmasterId is not { } id) throw new InvalidOperationException($"No postmaster runs on {Data}.");
        await ProcessSignals.EndAsync(id, ProcessSignals.Kill);
    }

    /// <summary>SIGTERM to the server process; returns its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        ProcessSignals.Send(Id, ProcessSignals.Terminate);
        await process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return process.ExitCode;
    }

    public HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };

    public async ValueTask DisposeAsync()
    {
        if (IsRunning) await KillAsync();
        process?.Dispose();
        if (PostmasterId is { } postmaster) await ProcessSignals.EndAsync(postmaster, ProcessSignals.Quit);
        port.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    void Launch()
    {
        process?.Dispose();
        var start = new ProcessStartInfo("dotnet", [Repository.ServerAssembly, "--urls", Address.ToString(), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Data,
        };
        LeaveForeignOut(start);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["Data__Directory"] = Data;
        start.Environment["Limits__RequestsPerSecond"] = "0";
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        process = new() { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        File.WriteAllText(Path.Combine(Data, "server.pid"), process.Id.ToString(CultureInfo.InvariantCulture));
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>A developer's own keys, database and port are not for tests.</summary>
    internal static void LeaveForeignOut(ProcessStartInfo start)
    {
        foreach (var variable in start.Environment.Keys.ToArray())
            if (Foreign.Any(prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))) start.Environment.Remove(variable);
    }

    async Task ReadyAsync(long begun)
    {
        using var client = Client();
        client.Timeout = TimeSpan.FromSeconds(5);
        while (!await HealthyAsync(client))
        {
            if (!IsRunning) throw new InvalidOperationException($"The server ended with code {process!.ExitCode} instead of starting:\n{Output}");
            if (Stopwatch.GetElapsedTime(begun) > ReadyWithin) throw new TimeoutException($"The server was not ready within {ReadyWithin}:\n{Output}");
            await Task.Delay(20);
        }
    }

    static async Task<bool> HealthyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync("/health");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    void Keep(string? line)
    {
        if (line is null) return;
        lock (output) output.AppendLine(line);
    }
}

/// <summary>Signals to other processes, by their id.</summary>
internal static class ProcessSignals
{
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Stop = 19;
    public const int Continue = 18;

    public static void Send(int processId, int signal) => _ = SendSignal(processId, signal);

    /// <summary>Sends the signal and waits until the process is gone (a zombie that nobody has reaped counts as gone).</summary>
    public static async Task EndAsync(int processId, int signal)
    {
        Send(processId, signal);
        for (var deadline = Stopwatch.StartNew(); Lives(processId); await Task.Delay(10))
            if (deadline.Elapsed > TimeSpan.FromSeconds(20)) throw new TimeoutException($"Process {processId} does not end.");
    }

    public static bool Lives(int processId)
    {
        try
        {
            var status = File.ReadAllText($"/proc/{processId}/stat");
            return status[(status.LastIndexOf(')') + 2)] != 'Z';
        }
        catch (IOException)
        {
            return Directory.Exists("/proc") ? false : SendSignal(processId, 0) == 0;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int SendSignal(int processId, int signal);
}
