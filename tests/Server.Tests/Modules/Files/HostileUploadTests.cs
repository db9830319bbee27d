using System.Globalization;
using System.Text.Json;
using Consilium.Tests.Modules.Cases;
using Xunit.Abstractions;
using static Consilium.Tests.Modules.Files.UploadCalls;

namespace Consilium.Tests.Modules.Files;

/// <summary>All of <see cref="HostileFiles"/> and some large good files, sent to a server as a user starts it; and what that costs it.</summary>
[Collection(Alone.Name)]
public sealed class HostileUploadTests(ITestOutputHelper output)
{
    const long Megabyte = 1024 * 1024;

    [Fact]
    public async Task Each_hostile_file_is_decided_none_is_served_to_be_run_and_the_memory_stays_flat()
    {
        HostileFiles.All.Count.ShouldBeGreaterThanOrEqualTo(100);
        await using var server = await ServerProcess.StartAsync();
        using var owner = await SignInAsync(server.Address);
        var id = await owner.OpenCaseAsync();
        var first = Text(1000);
        await owner.ShouldDownloadAsync(await owner.SendFileAsync(id, first), first);
        var before = MemoryOf(server.Id, "VmRSS");
        var faults = new List<string>();

        foreach (var file in HostileFiles.All)
            if (await FaultAsync(owner, id, file) is { } fault) faults.Add($"{file.What}: {fault}");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            var large = Text(24 * (int)Megabyte);
            await owner.ShouldDownloadAsync(await owner.SendFileAsync(id, large), large);
        }));

        faults.ShouldBeEmpty();
        var peak = MemoryOf(server.Id, "VmHWM");
        output.WriteLine($"{HostileFiles.All.Count} files; {before / Megabyte} MB before, {peak / Megabyte} MB at most.");
        (peak - before).ShouldBeLessThan(200 * Megabyte);
        server.Output.ShouldNotContain("A request failed");
        (await owner.GetJsonAsync("/health")).Text("status").ShouldBe("healthy");
    }

    /// <summary>What is wrong with how the file was decided; null when nothing is.</summary>
    static async Task<string?> FaultAsync(Client owner, Guid caseId, HostileFile file)
    {
        using var answer = await owner.TrySendFileAsync(caseId, file.Content, file.Name, file.Type);
        var isRefused = !file.Decision.Contains('/');
        var text = await answer.Content.ReadAsStringAsync();
        if ((int)answer.StatusCode != (isRefused ? 415 : 201)) return $"answered {(int)answer.StatusCode} {text}";
        using var document = JsonDocument.Parse(text);
        var body = document.RootElement;
        if (isRefused) return body.Text("code") == file.Decision ? null : $"refused as {body.Text("code")}";
        if (body.Text("media_type") != file.Decision) return $"stored as {body.Text("media_type")}";

        using var download = await owner.GetAsync(body.Text("url"));
        if (HashOf(await download.Content.ReadAsByteArrayAsync()) != HashOf(file.Content)) return "comes back changed";
        if (download.Content.Headers.ContentType?.MediaType != file.Decision) return $"is served as {download.Content.Headers.ContentType}";
        if (download.Content.Headers.ContentDisposition?.DispositionType != "attachment") return "is served inline";
        if (!download.Headers.GetValues("X-Content-Type-Options").SequenceEqual(["nosniff"])) return "may be sniffed";
        return download.Headers.GetValues("Content-Security-Policy").Single().StartsWith("sandbox; default-src 'none'", StringComparison.Ordinal) ? null : "may run";
    }

    static async Task<Client> SignInAsync(Uri address)
    {
        using var anonymous = new Client(address);
        var login = await anonymous.PostJsonAsync("/auth/login", new { username = "customer@example.com", password = "password123" });
        return Client.From(address, "customer@example.com", await login.ShouldAnswerAsync(200));
    }

    static long MemoryOf(int process, string field) =>
        long.Parse(File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) * 1024;
}
