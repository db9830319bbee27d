using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Consilium.Tests.Crash;

/// <summary>The promise behind every 201: it survives. Black-box, over HTTP, against the server as a user starts it.</summary>
[Collection(Alone.Name)]
public sealed class CrashTests(ITestOutputHelper output)
{
    const int Kills = 28;
    const int FewestMessages = 40 * Kills;
    const int Users = 4;
    const int QuietCasesOfEach = 5;

    readonly Ledger ledger = new();
    readonly List<Writer> writers = [];
    readonly List<EventReader> readers = [];
    readonly Dictionary<Guid, Client> ownerOf = [];

    [Fact]
    public async Task Nothing_acknowledged_is_lost_or_doubled_under_kill_9()
    {
        await using var server = await ServerProcess.StartAsync();
        await PrepareAsync(server.Address);
        var crashes = new Crashes(server);
        await WriteAndReadAsync(() => crashes.RunAsync(Kills));

        var findings = new Findings();
        var acknowledged = ledger.Acknowledged.ToLookup(a => a.Sent.CaseId);
        foreach (var (caseId, owner) in ownerOf) await findings.InspectAsync(owner, caseId, [.. acknowledged[caseId]]);
        foreach (var reader in readers) findings.Hold(reader);

        var table = Table(crashes, findings);
        output.WriteLine(table);
        string[] faults = [.. ledger.Faults, .. findings.Faults];
        faults.Length.ShouldBe(0, $"{string.Join('\n', faults.Take(20))}\n{table}");
        findings.Lost.ShouldBe(0, table);
        findings.Doubled.ShouldBe(0, table);
        findings.Misanswered.ShouldBe(0, table);
        crashes.Kills.ShouldBeGreaterThanOrEqualTo(25, table);
        crashes.KillsOfBoth.ShouldBeGreaterThanOrEqualTo(5, table);
        crashes.Recovery.ShouldBeGreaterThan(TimeSpan.Zero, table);
        ledger.Count.ShouldBeGreaterThan(FewestMessages, $"Too little was written between the kills to prove anything.\n{table}");
        server.Output.ShouldNotContain("A request failed", customMessage: "A request was answered 500; the server's log says why.");
        await RepeatAsync();
    }

    /// <summary>Users with their cases, writers alone and in company, and readers; one case that many write to.</summary>
    async Task PrepareAsync(Uri address)
    {
        var owners = new List<Client>();
        for (var number = 1; number <= Users; number++) owners.Add(await SignUpAsync(address, $"owner-{number}@example.com"));
        var staff = await SignInAsync(address, "staff@example.com", "staff123");

        var hot = await OpenCaseAsync(owners[0], "The case that everybody writes to");
        var quiet = new List<Guid>[Users];
        for (var i = 0; i < Users; i++)
        {
            quiet[i] = [];
            for (var number = 1; number <= QuietCasesOfEach; number++) quiet[i].Add(await OpenCaseAsync(owners[i], $"Quiet case {number}"));
        }

        Guid[] everyCase = [hot, .. quiet.SelectMany(cases => cases)];
        for (var number = 1; number <= 4; number++)
        {
            writers.Add(new($"hot-owner-{number}", owners[0], [hot], asks: false, ledger));
            writers.Add(new($"staff-{number}", staff, everyCase, asks: false, ledger));
        }
        for (var i = 0; i < Users; i++)
        {
            for (var number = 1; number <= 2; number++) writers.Add(new($"owner-{i + 1}-{number}", owners[i], quiet[i], asks: false, ledger));
            // Staff stays away from these: its messages would silence the assistant.
            writers.Add(new($"asker-{i + 1}", owners[i], [await OpenCaseAsync(owners[i], "Questions")], asks: true, ledger));
        }

        readers.Add(new("The owner of the hot case", owners[0], hot));
        readers.Add(new("Another window of that owner", owners[0], hot));
        readers.Add(new("Staff at the hot case", staff, hot));
        for (var i = 0; i < Users; i++) readers.Add(new($"Owner {i + 1} at a quiet case", owners[i], quiet[i][0]));
    }

    async Task WriteAndReadAsync(Func<Task> meanwhile)
    {
        using var stopWriting = new CancellationTokenSource();
        using var stopReading = new CancellationTokenSource();
        var writing = writers.ConvertAll(writer => Task.Run(() => writer.RunAsync(stopWriting.Token)));
        var reading = readers.ConvertAll(reader => Task.Run(() => reader.RunAsync(stopReading.Token)));
        try
        {
            // A writer that has given up ends the test at once.
            var crashing = meanwhile();
            await await Task.WhenAny([crashing, .. writing]);
            await crashing;
            await stopWriting.CancelAsync();
            await Task.WhenAll(writing);
            await AnsweredAsync();
            foreach (var reader in readers)
            {
                var last = await new ReadPaths(ownerOf[reader.CaseId], reader.CaseId).LastSeqAsync();
                await reader.ReachAsync(last, TimeSpan.FromSeconds(30));
            }
        }
        finally
        {
            await stopWriting.CancelAsync();
            await stopReading.CancelAsync();
        }
        await Task.WhenAll(reading);
    }

    /// <summary>Waits for the answers: a run whose worker was killed is taken over when its lease ends.</summary>
    async Task AnsweredAsync()
    {
        var since = Stopwatch.StartNew();
        foreach (var questions in ledger.Acknowledged.Where(a => a.Sent.Asks).GroupBy(a => a.Sent.CaseId))
        {
            var paths = new ReadPaths(ownerOf[questions.Key], questions.Key);
            while ((await paths.AnswersAsync()).Count < questions.Count() && since.Elapsed < TimeSpan.FromSeconds(60)) await Task.Delay(200);
        }
    }

    /// <summary>Long after the answer: the same token still finds the first message, whatever comes with it.</summary>
    async Task RepeatAsync()
    {
        var byOwners = ledger.Acknowledged.Where(a => a.Sent.SenderId == ownerOf[a.Sent.CaseId].UserId);
        foreach (var (sent, id, seq) in byOwners.Where((_, number) => number % 50 == 0))
        {
            var body = new { Content = "Something else", ClientToken = sent.Token };
            var again = await (await ownerOf[sent.CaseId].PostJsonAsync($"/api/v1/cases/{sent.CaseId}/messages", body)).ShouldAnswerAsync(201);
            (again.Id(), again.Number("seq"), again.Text("content")).ShouldBe((id, seq, sent.Content));
        }
    }

    string Table(Crashes crashes, Findings findings)
    {
        var starts = crashes.Restarts.Select(start => start.TotalSeconds).Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"""
            | after crashes under load        |        |
            |---------------------------------|-------:|
            | kills of the server             | {crashes.Kills,6} |
            | … together with its PostgreSQL  | {crashes.KillsOfBoth,6} |
            | … while it was starting         | {crashes.KillsWhileStarting,6} |
            | kills of its PostgreSQL alone   | {1,6} |
            | messages acknowledged           | {ledger.Count,6} |
            | repeated posts                  | {ledger.Retries,6} |
            | lost                            | {findings.Lost,6} |
            | doubled                         | {findings.Doubled,6} |
            | questions asked                 | {ledger.Acknowledged.Count(a => a.Sent.Asks),6} |
            | … without exactly one answer    | {findings.Misanswered,6} |
            | events, without a gap           | {findings.Events,6} |
            | live readers' connections       | {readers.Sum(reader => reader.Connections),6} |
            | ready again, seconds, p50       | {starts[starts.Count / 2],6:0.00} |
            | ready again, seconds, p99       | {starts[(int)(starts.Count * 0.99)],6:0.00} |
            | PostgreSQL back, seconds        | {crashes.Recovery.TotalSeconds,6:0.00} |
            """);
    }

    async Task<Guid> OpenCaseAsync(Client owner, string description)
    {
        var opened = await (await owner.PostJsonAsync("/api/v1/cases", new { IssueDescription = description })).ShouldAnswerAsync(201);
        ownerOf[opened.Id()] = owner;
        return opened.Id();
    }

    static async Task<Client> SignUpAsync(Uri address, string email)
    {
        using var anonymous = new Client(address);
        await (await anonymous.PostJsonAsync("/auth/signup", new { email, password = "several plain words" })).ShouldAnswerAsync(201);
        return await SignInAsync(address, email, "several plain words");
    }

    static async Task<Client> SignInAsync(Uri address, string email, string password)
    {
        using var anonymous = new Client(address);
        var login = await anonymous.PostJsonAsync("/auth/login", new { username = email, password });
        return Client.From(address, email, await login.ShouldAnswerAsync(200));
    }
}
