using System.Diagnostics;

namespace Consilium.Tests.Support;

/// <summary>The server's program run to its end, as an operator runs a command of it.</summary>
internal static class ServerCommand
{
    internal sealed record Ended(int Code, string Output, string Errors);

    public static Task<Ended> RunAsync(string[] arguments, params (string Name, string Value)[] environment) =>
        RunAsync(arguments, input: null, environment);

    /// <param name="input">What is typed; null closes the input at once.</param>
    public static async Task<Ended> RunAsync(string[] arguments, string? input, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.ServerAssembly, .. arguments])
        {
            UseShellExecute = false, WorkingDirectory = TempDirectory.New(),
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        ServerProcess.LeaveForeignOut(start);
        start.Environment["Data__Directory"] = TempDirectory.New();
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        if (input is not null) await process.StandardInput.WriteLineAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException fault)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{string.Join(' ', arguments)}' did not end.", fault);
        }
        return new(process.ExitCode, await output, await errors);
    }
}
