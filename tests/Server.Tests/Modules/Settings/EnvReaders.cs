using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Consilium.Tests.Modules.Settings;

/// <summary>A program that reads env files, and none of ours.</summary>
/// <param name="ReadAsync">What it finds in a file, by name.</param>
/// <param name="IsThere">Whether this machine has it.</param>
internal sealed record EnvReader(string Name, Func<string, Task<Dictionary<string, string>>> ReadAsync, bool IsThere)
{
    public override string ToString() => Name;
}

/// <summary>The readers that people use.</summary>
internal static class EnvReaders
{
    static readonly string NodePackage = Path.Combine(Repository.Root, "tests", "Server.Tests", "Support", "dotenv");

    static readonly string? PythonWithDotenv = ((string[])["python3", "/usr/bin/python3"]).FirstOrDefault(python => Works(python, "-c", "import dotenv"));

    public static readonly EnvReader Bash = new("bash", async file =>
    {
        var output = await RunAsync("bash", "--norc", "-c", "set -a; . \"$1\"; env -0", "bash", file);
        return output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=', 2)).ToDictionary(entry => entry[0], entry => entry[1], StringComparer.Ordinal);
    }, Works("bash", "-c", "true"));

    public static readonly EnvReader Node = new("node --env-file", async file =>
        Parsed(await RunAsync("node", $"--env-file={file}", "-e", "process.stdout.write(JSON.stringify(process.env))")), Works("node", "--version"));

    public static readonly EnvReader NpmDotenv = new("npm dotenv", async file => Parsed(await RunAsync("node", Path.Combine(NodePackage, "read.mjs"), file)),
        Works("node", "--version") && Directory.Exists(Path.Combine(NodePackage, "node_modules", "dotenv")));

    public static readonly EnvReader PythonDotenv = new("python-dotenv", async file =>
        Parsed(await RunAsync(PythonWithDotenv!, "-c", "import dotenv, json, sys; json.dump(dotenv.dotenv_values(sys.argv[1]), sys.stdout)", file)), PythonWithDotenv is not null);

    /// <summary>Docker needs a daemon for everything; this is the whole of what its documentation says of <c>--env-file</c>: lines, and nothing in them means anything.</summary>
    public static readonly EnvReader Docker = new("docker --env-file", async file => (await File.ReadAllLinesAsync(file))
        .Where(line => line.Length > 0 && !line.StartsWith('#')).Select(line => line.Split('=', 2)).ToDictionary(line => line[0], line => line[1], StringComparer.Ordinal), true);

    static Dictionary<string, string> Parsed(string json) => JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;

    static bool Works(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            return process.WaitForExit(TimeSpan.FromMinutes(1)) && process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // not there
        }
    }

    static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8, Environment = { ["LC_ALL"] = "C.UTF-8", ["PYTHONUTF8"] = "1" },
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await errors);
        if (program == "bash") (await errors).ShouldBeEmpty(); // the others say what they do not know, and go on
        return output;
    }
}

/// <summary>Skipped where one of the readers is missing; in CI it fails there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EnvReadersFactAttribute : FactAttribute
{
    public EnvReadersFactAttribute()
    {
        EnvReader[] missing = [.. ((EnvReader[])[EnvReaders.Bash, EnvReaders.Node, EnvReaders.NpmDotenv, EnvReaders.PythonDotenv]).Where(reader => !reader.IsThere)];
        if (missing.Length > 0 && Environment.GetEnvironmentVariable("CI") is null or "")
            Skip = $"Not on this machine: {string.Join(", ", missing.Select(reader => reader.Name))}. Install bash, Node.js with npm, and python3-dotenv, and build again.";
    }
}
