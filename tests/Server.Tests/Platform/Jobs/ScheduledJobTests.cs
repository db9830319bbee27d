using Consilium.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consilium.Tests.Platform.Jobs;

public sealed class ScheduledJobTests : DatabaseTest
{
    const string Shown = """
        SELECT status || ' ' || attempts || ' ' || coalesce(last_result, '-') || ' ' || coalesce(last_error, '-') || ' ' || (last_ended_at - last_started_at) FROM platform.jobs
        """;

    readonly ManualClock clock = new();

    [Fact]
    public async Task A_scheduled_job_gets_one_row_runs_again_after_its_time_and_never_dies()
    {
        var job = new SlowJob();
        var schedule = new ScheduleJobs(Database.Source, ScopesWith(job), clock);
        await schedule.RunAsync(default);
        await schedule.RunAsync(default);
        (await Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs")).ShouldBe(1);

        job.End("2 beds made");
        (await WorkerFor(job).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();
        (await Database.ScalarAsync<string>(Shown)).ShouldBe("queued 0 2 beds made - 00:00:00");
        (await WorkerFor(job).RunNextAsync(JobLane.Quick, default)).ShouldBeFalse();
        clock.Advance(TimeSpan.FromHours(1));
        for (var failure = 1; failure <= 20; failure++)
        {
            job.Fail();
            (await WorkerFor(job).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();
            (await Database.ScalarAsync<string>(Shown)).ShouldBe($"queued {failure} - InvalidTimeZoneException 00:00:00");
            clock.Advance(TimeSpan.FromMinutes(16));
        }
        job.End("1 bed made");
        (await WorkerFor(job).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();

        (await Database.ScalarAsync<string>(Shown)).ShouldBe("queued 0 1 bed made - 00:00:00");
    }

    [Fact]
    public async Task A_run_that_died_is_said_to_by_the_next_and_the_stale_one_changes_nothing()
    {
        var stuck = new SlowJob { IsDeaf = true };
        await new ScheduleJobs(Database.Source, ScopesWith(stuck), clock).RunAsync(default);
        var stale = WorkerFor(stuck).RunNextAsync(JobLane.Quick, default);
        var told = await stuck.BegunAsync();
        clock.Advance(JobWorker.Lease + TimeSpan.FromSeconds(1));
        told.IsCancellationRequested.ShouldBeTrue();

        var next = new SlowJob();
        var running = WorkerFor(next).RunNextAsync(JobLane.Quick, default);
        await next.BegunAsync();
        (await Database.ScalarAsync<string>(Shown)).ShouldBe("running 2 - LeaseExpired 00:01:00");
        stuck.End("9 beds made");
        await stale;
        (await Database.ScalarAsync<string>(Shown)).ShouldBe("running 2 - LeaseExpired 00:01:00");

        clock.Advance(TimeSpan.FromSeconds(5));
        next.End("2 beds made");
        await running;
        (await Database.ScalarAsync<string>(Shown)).ShouldBe("queued 0 2 beds made - 00:00:05");
    }

    [Fact]
    public async Task A_run_that_the_end_of_the_server_cut_short_counts_for_nothing_and_comes_again_at_once()
    {
        var job = new SlowJob();
        await new ScheduleJobs(Database.Source, ScopesWith(job), clock).RunAsync(default);
        using var stop = new CancellationTokenSource();
        var running = WorkerFor(job).RunNextAsync(JobLane.Quick, stop.Token);
        await job.BegunAsync();

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
        (await Database.ScalarAsync<string>("SELECT status || ' ' || attempts || ' ' || num_nulls(last_started_at, last_error) FROM platform.jobs")).ShouldBe("queued 0 2");

        job.End("2 beds made");
        (await WorkerFor(job).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();
        (await Database.ScalarAsync<string>(Shown)).ShouldBe("queued 0 2 beds made - 00:00:00");
    }

    JobWorker WorkerFor(SlowJob job) => new(Database.Source, ScopesWith(job), new(), clock, NullLogger<JobWorker>.Instance);

    static IServiceScopeFactory ScopesWith(SlowJob job) =>
        new ServiceCollection().AddSingleton<IScheduledJob>(job).BuildServiceProvider().GetRequiredService<IServiceScopeFactory>();
}
