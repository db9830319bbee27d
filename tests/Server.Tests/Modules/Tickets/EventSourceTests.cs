using System.Diagnostics;
using System.Text.Json;

namespace Consilium.Tests.Modules.Tickets;

/// <summary>The answer as another implementation reads it, npm <c>eventsource</c>.</summary>
public sealed class EventSourceTests(AnswerServer server) : IClassFixture<AnswerServer>
{
    static readonly string Folder = Path.Combine(Repository.Root, "tests", "Server.Tests", "Support", "eventsource");

    [EventSourceFact]
    public async Task A_reader_who_is_cut_off_twice_has_the_text_whole_and_once()
    {
        var id = await server.Owner.OpenTicketAsync();
        var run = server.Runs.Begin(new(id, "ticket", id, 0, 1));
        string[] pieces = [.. Enumerable.Range(0, 60).Select(n => (n % 6) switch { 0 => "\n", 1 => " 😀 ", 2 => "[DONE]", 3 => "line\n", _ => $"word {n} " })];
        foreach (var piece in pieces[..20]) run.Say(piece);
        await using var proxy = new CuttingProxy(server.Address, 900, 1300);
        proxy.Connected += number =>
        {
            if (number is not (2 or 3)) return;
            foreach (var piece in pieces[(20 * (number - 1))..(20 * number)]) run.Say(piece);
            if (number == 3) run.Complete();
        };

        var read = await ReadAsync(new Uri(proxy.Address, $"/tickets/{id}/ai-response"));

        read.Text("text").ShouldBe(string.Concat(pieces));
        read.Number("openings").ShouldBe(3);
        server.Runs.Of(id).Count.ShouldBe(1);
    }

    [EventSourceFact]
    public async Task A_failure_reaches_it_as_an_error_with_its_problem()
    {
        var id = await server.Owner.OpenTicketAsync();
        var run = server.Runs.Begin(new(id, "ticket", id, 0, 1));
        run.Stop("turn_taken");

        var read = await ReadAsync(new Uri(server.Address, $"/tickets/{id}/ai-response?last_event_id={run.Id}:0"));

        using var problem = JsonDocument.Parse(read.Text("error")!);
        problem.RootElement.Text("code").ShouldBe("turn_taken");
    }

    async Task<JsonElement> ReadAsync(Uri url)
    {
        using var node = Process.Start(new ProcessStartInfo("node", "read.mjs")
        {
            WorkingDirectory = Folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        try
        {
            await node.StandardInput.WriteAsync(JsonSerializer.Serialize(new { url, token = server.Owner.AccessToken }));
            node.StandardInput.Close();
            var answer = await node.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.Clone();
        }
        finally
        {
            if (!node.HasExited) node.Kill();
        }
    }

    /// <summary>Skipped where the build could not restore eventsource; in CI it fails there.</summary>
    sealed class EventSourceFactAttribute : FactAttribute
    {
        public EventSourceFactAttribute()
        {
            if (!Directory.Exists(Path.Combine(Folder, "node_modules", "eventsource")) && Environment.GetEnvironmentVariable("CI") is null or "")
                Skip = "npm eventsource is not there: install Node.js with npm and build again.";
        }
    }
}
