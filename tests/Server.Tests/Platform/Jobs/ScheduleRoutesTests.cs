using System.Globalization;
using System.Text.Json;
using Consilium.Platform.Jobs;
using Consilium.Tests.Modules.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Platform.Jobs;

public sealed class ScheduleRoutesTests(ScheduleServer server) : IClassFixture<ScheduleServer>, IAsyncLifetime
{
    const string Path = "/api/v1/jobs/schedules";
    const string RunPath = $"{Path}/test.make_beds/run";

    Client admin = null!;

    SlowJob Job => server.Job;

    public async Task InitializeAsync() => admin = await server.SignedInAsync("admin");

    public Task DisposeAsync()
    {
        admin.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Run_now_begins_at_once_without_the_clock_and_shows_how_it_ended()
    {
        await RestAsync();
        var now = server.Time.GetUtcNow();

        var accepted = await (await admin.PostJsonAsync(RunPath, null)).ShouldAnswerAsync(202);
        (accepted.Text("status"), accepted.GetProperty("next_run_at").GetDateTimeOffset() <= now).ShouldBe(("waiting", true));
        await Job.BegunAsync();
        await ShouldShowAsync("running 0 failed, 0 beds made");
        (await ShownAsync(admin)).GetProperty("next_run_at").ValueKind.ShouldBe(JsonValueKind.Null);
        await (await admin.PostJsonAsync(RunPath, null)).ShouldBeProblemAsync(409, "already_running");

        server.Time.Advance(TimeSpan.FromSeconds(7));
        Job.End("3 beds made");
        await ShouldShowAsync("waiting 0 failed, 3 beds made");
        var shown = await ShownAsync(admin);
        (shown.Text("kind"), shown.Text("description"), shown.Number("every_seconds")).ShouldBe(("test.make_beds", "Makes the beds.", 3600));
        var last = shown.GetProperty("last_run");
        var ended = last.GetProperty("ended_at").GetDateTimeOffset();
        (last.Text("outcome"), last.Text("error"), ended - last.GetProperty("started_at").GetDateTimeOffset()).ShouldBe(("succeeded", null, TimeSpan.FromSeconds(7)));
        shown.GetProperty("next_run_at").GetDateTimeOffset().ShouldBe(ended.AddHours(1));
    }

    [Fact]
    public async Task What_fails_is_seen_to_by_its_kind_alone_until_it_recovers()
    {
        await RestAsync();
        foreach (var failures in (int[])[1, 2])
        {
            await RunNowAsync();
            Job.Fail();
            await ShouldShowAsync($"failing {failures} failed, InvalidTimeZoneException");
        }
        var shown = await ShownAsync(admin);
        shown.GetProperty("last_run").Text("outcome").ShouldBe("failed");
        shown.GetProperty("next_run_at").GetDateTimeOffset().ShouldBeLessThan(server.Time.GetUtcNow().AddMinutes(1), "it is tried again sooner than at its time");
        shown.ToString().ShouldNotContain("quotes");

        await RunNowAsync();
        await ShouldShowAsync("running 2 failed, InvalidTimeZoneException");
        Job.End("1 bed made");
        await ShouldShowAsync("waiting 0 failed, 1 bed made");
    }

    [Fact]
    public async Task A_run_that_died_with_its_process_shows_so_and_may_be_run_again()
    {
        await RestAsync();
        await server.Database.ExecuteAsync("""
            UPDATE platform.jobs SET status = 'running', attempts = 1, fence = fence + 1, started_at = $1, lease_until = $2 WHERE kind = 'test.make_beds'
            """, At(-70), At(-10));

        await ShouldShowAsync("failing 1 failed, LeaseExpired");
        await RunNowAsync();
        await ShouldShowAsync("running 1 failed, LeaseExpired");
        var last = (await ShownAsync(admin)).GetProperty("last_run");
        last.GetProperty("ended_at").GetDateTimeOffset().ShouldBe(last.GetProperty("started_at").GetDateTimeOffset().AddMinutes(1));
        Job.End("4 beds made");
        await ShouldShowAsync("waiting 0 failed, 4 beds made");

        DateTime At(int seconds) => server.Time.GetUtcNow().AddSeconds(seconds).UtcDateTime;
    }

    [Fact]
    public async Task Another_server_on_the_database_shows_the_same_and_does_not_run_it_twice()
    {
        await RestAsync();
        await RunNowAsync();
        var other = await Server.StartAsync(clock: server.Time, services: services => services.AddSingleton<IScheduledJob>(new SlowJob()),
            sharedDatabase: server.Database, settings: ScheduleServer.OneMasterKey);
        using var theirs = await other.SignInAsync("admin@example.com", "admin123");

        (await ShownAsync(theirs)).Text("status").ShouldBe("running");
        await (await theirs.PostJsonAsync(RunPath, null)).ShouldBeProblemAsync(409, "already_running");
        Job.End("5 beds made");
        await ShouldShowAsync("waiting 0 failed, 5 beds made");
        (await ShownAsync(theirs)).GetProperty("last_run").Text("result").ShouldBe("5 beds made");
        await other.DisposeAsync();
    }

    [Fact]
    public async Task What_admins_do_about_jobs_is_in_the_trail()
    {
        await RestAsync();
        var dead = Guid.CreateVersion7();
        await server.Database.ExecuteAsync(
            "INSERT INTO platform.jobs (id, kind, payload, status, run_at) VALUES ($1, 'test.nobody_does_this', '{}', 'dead', now() + interval '1 day')", dead);
        await (await admin.PostJsonAsync($"/api/v1/jobs/{dead}/retry", null)).ShouldAnswerAsync(200);
        await (await admin.PostJsonAsync($"/api/v1/jobs/{dead}/retry", null)).ShouldAnswerAsync(409);

        (await server.Database.ColumnAsync<string>(
            "SELECT actor_role || ' ' || action || ' ' || resource || ' ' || outcome FROM audit.entries WHERE actor_id = $1 AND action !~ '^session' ORDER BY id", admin.UserId))
            .ShouldBe(["admin schedule.run schedule/test.make_beds ok", $"admin job.retry job/{dead} ok"]);
    }

    [Fact]
    public async Task All_are_listed_by_kind()
    {
        await using var scope = server.Services.CreateAsyncScope();
        var page = await admin.GetJsonAsync(Path);

        page.Items().ConvertAll(item => item.Text("kind"))
            .ShouldBe(scope.ServiceProvider.GetServices<IScheduledJob>().Select(job => job.Kind).Order(StringComparer.Ordinal));
        page.GetProperty("next_cursor").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task The_page_for_operators_names_each_as_it_is()
    {
        await using var scope = server.Services.CreateAsyncScope();
        var expected = scope.ServiceProvider.GetServices<IScheduledJob>().Where(job => job != Job).OrderBy(job => job.Kind, StringComparer.Ordinal)
            .Select(job => $"| `{job.Kind}` | {Interval(job.Every)} | {job.Description} |");

        var page = await File.ReadAllLinesAsync(System.IO.Path.Combine(Repository.Root, "docs", "operations.md"));
        page.SkipWhile(line => line != "## Scheduled jobs").Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Take(expected.Count()).ShouldBe(expected);

        static string Interval(TimeSpan every) => every switch
        {
            { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{every.TotalDays} d"),
            { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{every.TotalHours} h"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{every.TotalMinutes} min"),
        };
    }

    [Theory]
    [InlineData("none.such")]
    [InlineData("TEST.MAKE_BEDS")]
    [InlineData("files.fetch")]
    public async Task An_unknown_schedule_is_404(string kind) =>
        await (await admin.PostJsonAsync($"{Path}/{kind}/run", null)).ShouldBeProblemAsync(404, "not_found");

    [Theory]
    [InlineData("user")]
    [InlineData("staff")]
    public async Task Whoever_is_no_admin_gets_403(string role)
    {
        using var client = await server.SignedInAsync(role);

        await (await client.GetAsync(Path)).ShouldBeProblemAsync(403, "forbidden");
        await (await client.PostJsonAsync(RunPath, null)).ShouldBeProblemAsync(403, "forbidden");
    }

    /// <summary>A run that succeeded is behind us, whatever another test left.</summary>
    async Task RestAsync()
    {
        await RunNowAsync();
        Job.End("0 beds made");
        await ShouldShowAsync("waiting 0 failed, 0 beds made");
    }

    async Task RunNowAsync()
    {
        await (await admin.PostJsonAsync(RunPath, null)).ShouldAnswerAsync(202);
        await Job.BegunAsync();
    }

    /// <summary>A worker writes how it went only after the job has ended, so this asks until it is there.</summary>
    Task ShouldShowAsync(string expected) => Eventually.BecomesAsync(expected, async () =>
    {
        var shown = await ShownAsync(admin);
        var last = shown.GetProperty("last_run");
        return $"{shown.Text("status")} {shown.Number("failed_attempts")} failed, {last.Text("result") ?? last.Text("error")}";
    });

    static async Task<JsonElement> ShownAsync(Client admin) => (await admin.GetJsonAsync(Path)).Items().Single(item => item.Text("kind") == "test.make_beds");
}

/// <summary>A server whose clock stands still, so that no worker looks at the table unless it is rung for. The run that begins with it is over.</summary>
public sealed class ScheduleServer : Server
{
    internal static readonly Dictionary<string, string?> OneMasterKey = new(StringComparer.Ordinal) { ["Security:MasterKey"] = Convert.ToBase64String(new byte[32]) };

    internal SlowJob Job { get; } = new();
    internal ManualClock Time { get; } = new();
    public override TimeProvider Clock => Time;
    protected override IReadOnlyDictionary<string, string?> Settings { get; init; } = OneMasterKey;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Job.BegunAsync();
        Job.End("0 beds made");
        await Eventually.BecomesAsync("queued", () => Database.ScalarAsync<string>("SELECT status FROM platform.jobs WHERE kind = $1", Job.Kind)!);
    }

    protected override void ConfigureServices(IServiceCollection services) => services.AddSingleton<IScheduledJob>(Job);
}
