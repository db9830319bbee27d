using System.Text.Json;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consilium.Tests.Platform.Jobs;

public sealed class JobWorkerTests : DatabaseTest
{
    readonly ManualClock clock = new();
    readonly Handler handled = new() { Block = true };

    [Fact]
    public async Task A_due_job_runs_once_with_its_payload_and_leaves()
    {
        var id = await QueueAsync(payload: """{"ward": 7}""");
        var handler = new Handler();

        (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();
        (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)).ShouldBeFalse();

        handler.Runs.ShouldBe([(id, """{"ward": 7}""")]);
        (await CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_job_waits_for_its_time()
    {
        await QueueAsync(after: TimeSpan.FromMinutes(5));
        var handler = new Handler();

        (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)).ShouldBeFalse();
        clock.Advance(TimeSpan.FromMinutes(5));
        (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();

        handler.Runs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Many_workers_share_the_jobs_without_doing_one_twice()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 40; i++) ids.Add(await QueueAsync());
        var handler = new Handler();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => { while (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)) { } }));

        handler.Runs.Select(r => r.Id).ShouldBe(ids, ignoreOrder: true);
        (await CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_taken_over_under_a_new_fence_and_the_stale_worker_changes_nothing()
    {
        var id = await QueueAsync();
        var stuck = new Handler { Block = true };
        var stale = WorkerFor(stuck).RunNextAsync(JobLane.Quick, default);
        await stuck.Started.Task;

        (await WorkerFor(new Handler()).RunNextAsync(JobLane.Quick, default)).ShouldBeFalse("the lease still holds");
        clock.Advance(JobWorker.Lease + TimeSpan.FromSeconds(1));
        stuck.Token.IsCancellationRequested.ShouldBeTrue("a handler is told before its lease ends");

        var successor = new Handler { Block = true };
        var running = WorkerFor(successor).RunNextAsync(JobLane.Quick, default);
        await successor.Started.Task;
        (await FenceAsync(id)).ShouldBe(2);

        stuck.Release.SetResult();
        await stale;
        (await Database.ScalarAsync<string>("SELECT status FROM platform.jobs WHERE id = $1", id)).ShouldBe("running", "the stale worker's finish must not remove the job");

        successor.Release.SetResult();
        await running;
        (await CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_failure_of_a_stale_worker_changes_nothing()
    {
        var id = await QueueAsync();
        var stuck = new Handler { Block = true, Fails = true };
        var stale = WorkerFor(stuck).RunNextAsync(JobLane.Quick, default);
        await stuck.Started.Task;
        clock.Advance(JobWorker.Lease + TimeSpan.FromSeconds(1));
        var successor = new Handler { Block = true };
        var running = WorkerFor(successor).RunNextAsync(JobLane.Quick, default);
        await successor.Started.Task;

        stuck.Release.SetResult();
        await stale;
        (await Database.ScalarAsync<string>("SELECT status FROM platform.jobs WHERE id = $1", id)).ShouldBe("running");

        successor.Release.SetResult();
        await running;
    }

    [Fact]
    public async Task A_failed_job_comes_back_later_and_each_time_later_still()
    {
        var id = await QueueAsync();
        var handler = new Handler { Fails = true };
        var delays = new List<TimeSpan>();
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();
            (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)).ShouldBeFalse("it must not come back at once");
            delays.Add(await Database.ScalarAsync<DateTime>("SELECT run_at FROM platform.jobs WHERE id = $1", id) - clock.GetUtcNow().UtcDateTime);
            clock.Advance(delays[^1] + TimeSpan.FromMilliseconds(1));
        }

        delays.ShouldBe(delays.Order());
        delays[0].ShouldBeInRange(TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(3));
        delays[3].ShouldBeInRange(TimeSpan.FromSeconds(15.9), TimeSpan.FromSeconds(24));
    }

    [Fact]
    public async Task A_job_that_has_used_up_its_attempts_stays_as_a_dead_letter_that_names_the_fault_and_nothing_of_its_text()
    {
        var id = await QueueAsync(maxAttempts: 3);
        var handler = new Handler { Fails = true };
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();
            clock.Advance(TimeSpan.FromMinutes(15));
        }

        (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)).ShouldBeFalse();
        handler.Runs.Count.ShouldBe(3);
        (await Database.ScalarAsync<string>("SELECT status || ' ' || attempts || ' ' || last_error FROM platform.jobs WHERE id = $1", id))
            .ShouldBe("dead 3 InvalidTimeZoneException");
    }

    [Fact]
    public async Task A_job_whose_worker_dies_every_time_ends_as_a_dead_letter_too()
    {
        var id = await QueueAsync(maxAttempts: 2);
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var dying = new Handler { Block = true };
            _ = WorkerFor(dying).RunNextAsync(JobLane.Quick, default);
            await dying.Started.Task;
            clock.Advance(JobWorker.Lease + TimeSpan.FromSeconds(1));
        }
        var next = new Handler();

        (await WorkerFor(next).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();

        next.Runs.ShouldBeEmpty();
        (await Database.ScalarAsync<string>("SELECT status || ' ' || attempts || ' ' || last_error FROM platform.jobs WHERE id = $1", id)).ShouldBe("dead 2 LeaseExpired");
    }

    [Theory]
    [InlineData(true, "settled")]
    [InlineData(false, "dead 2 InvalidTimeZoneException")]
    public async Task A_job_that_is_given_up_is_told_so_and_leaves_no_dead_letter_where_that_settles_it(bool settles, string left)
    {
        var id = await QueueAsync(maxAttempts: 2);
        var handler = new Handler { Fails = true, Settles = settles };
        await WorkerFor(handler).RunNextAsync(JobLane.Quick, default);
        handler.Abandoned.ShouldBeEmpty("one attempt is left");
        clock.Advance(TimeSpan.FromMinutes(15));

        (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();

        handler.Abandoned.Single().ShouldBeOfType<InvalidTimeZoneException>();
        (await Database.ScalarAsync<string>("SELECT status || ' ' || attempts || ' ' || last_error FROM platform.jobs WHERE id = $1", id) ?? "settled").ShouldBe(left);
    }

    [Fact]
    public async Task A_job_whose_worker_died_at_the_last_attempt_is_told_so_by_the_next_one_and_again_when_that_fails()
    {
        var id = await QueueAsync(maxAttempts: 1);
        var dying = new Handler { Block = true };
        _ = WorkerFor(dying).RunNextAsync(JobLane.Quick, default);
        await dying.Started.Task;
        clock.Advance(JobWorker.Lease + TimeSpan.FromSeconds(1));

        var failing = new Handler { FailsToAbandon = true };
        await Should.ThrowAsync<InvalidTimeZoneException>(() => WorkerFor(failing).RunNextAsync(JobLane.Quick, default));
        clock.Advance(JobWorker.Lease + TimeSpan.FromSeconds(1));
        var next = new Handler();
        (await WorkerFor(next).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();

        next.Abandoned.Single().ShouldBeNull();
        next.Runs.ShouldBeEmpty();
        (await Database.ScalarAsync<string>("SELECT status || ' ' || attempts FROM platform.jobs WHERE id = $1", id)).ShouldBe("dead 1");
    }

    [Fact]
    public async Task Each_lane_does_its_own_kinds_alone_and_the_quick_one_those_that_nobody_knows()
    {
        await QueueAsync();
        var handler = new Handler { Lane = JobLane.Remote };

        (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)).ShouldBeFalse();
        (await WorkerFor(handler).RunNextAsync(JobLane.Heavy, default)).ShouldBeFalse();
        (await WorkerFor(handler).RunNextAsync(JobLane.Remote, default)).ShouldBeTrue();
        await QueueAsync(kind: "test.nobody_knows_it");
        (await WorkerFor(handler).RunNextAsync(JobLane.Remote, default)).ShouldBeFalse();
        (await WorkerFor(handler).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();

        handler.Runs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_committed_job_begins_at_once_and_not_with_the_next_look_at_the_table()
    {
        // The server's clock stands still, so that it never comes to look by itself.
        await using var server = await Server.StartAsync(clock: clock, services: services => services.AddSingleton<IJobHandler>(handled));
        await using var scope = server.Services.CreateAsyncScope();
        var transaction = scope.ServiceProvider.GetRequiredService<RequestTransaction>();
        var id = Guid.CreateVersion7();

        await transaction.RunAsync(async () =>
        {
            await scope.ServiceProvider.GetRequiredService<Consilium.Platform.Jobs.Jobs>().QueueAsync("test.job", id, new { }, runAt: null, default, maxAttempts: 3);
            handled.Runs.ShouldBeEmpty();
        });

        await handled.Started.Task.WaitAsync(TimeSpan.FromSeconds(30));
        handled.Runs.Single().Id.ShouldBe(id);
        (await server.Database.ScalarAsync<int>("SELECT max_attempts FROM platform.jobs WHERE id = $1", id)).ShouldBe(3);
        handled.Release.SetResult();
    }

    [Fact]
    public async Task A_job_without_a_handler_is_retried_as_any_other_failure()
    {
        var id = await QueueAsync(kind: "test.nobody_knows_it");

        (await WorkerFor(new Handler()).RunNextAsync(JobLane.Quick, default)).ShouldBeTrue();

        (await Database.ScalarAsync<string>("SELECT status FROM platform.jobs WHERE id = $1", id)).ShouldBe("queued");
    }

    [Fact]
    public async Task A_job_that_was_cut_short_by_the_end_of_the_server_is_free_at_once_and_loses_no_attempt()
    {
        var id = await QueueAsync();
        var handler = new Handler { Block = true, Obeys = true };
        using var stop = new CancellationTokenSource();
        var running = WorkerFor(handler).RunNextAsync(JobLane.Quick, stop.Token);
        await handler.Started.Task;

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);

        (await Database.ScalarAsync<string>("SELECT status || ' ' || attempts FROM platform.jobs WHERE id = $1", id)).ShouldBe("queued 0");
    }

    async Task<Guid> QueueAsync(string kind = "test.job", string payload = "{}", int maxAttempts = 8, TimeSpan after = default)
    {
        var id = Guid.CreateVersion7();
        await Database.ExecuteAsync("INSERT INTO platform.jobs (id, kind, payload, run_at, max_attempts) VALUES ($1, $2, $3::jsonb, $4, $5)",
            id, kind, payload, (clock.GetUtcNow() + after).UtcDateTime, maxAttempts);
        return id;
    }

    Task<long> CountAsync() => Database.ScalarAsync<long>("SELECT count(*) FROM platform.jobs");
    Task<long> FenceAsync(Guid id) => Database.ScalarAsync<long>("SELECT fence FROM platform.jobs WHERE id = $1", id);

    JobWorker WorkerFor(Handler handler) => new(Database.Source, ScopesWith(handler), new(), clock, NullLogger<JobWorker>.Instance);

    static IServiceScopeFactory ScopesWith(Handler handler) =>
        new ServiceCollection().AddSingleton<IJobHandler>(handler).BuildServiceProvider().GetRequiredService<IServiceScopeFactory>();

    sealed class Handler : IJobHandler
    {
        readonly List<(Guid Id, string Payload)> runs = [];

        public string Kind => "test.job";
        public JobLane Lane { get; init; }
        public bool Fails { get; set; }
        public bool Settles { get; init; }
        public bool FailsToAbandon { get; init; }
        public List<Exception?> Abandoned { get; } = [];
        public bool Block { get; init; }
        public bool Obeys { get; init; }
        public CancellationToken Token { get; private set; }
        public TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<(Guid Id, string Payload)> Runs
        {
            get { lock (runs) return [.. runs]; }
        }

        public async Task RunAsync(Guid id, JsonElement payload, CancellationToken cancellationToken)
        {
            lock (runs) runs.Add((id, payload.ToString()));
            Token = cancellationToken;
            Started.TrySetResult();
            // Deaf to its cancellation, unless told otherwise: the worst that a stale worker can be.
            if (Block) await Release.Task.WaitAsync(Obeys ? cancellationToken : default);
            if (Fails) throw new InvalidTimeZoneException("A text that quotes the payload");
        }

        public Task<bool> AbandonAsync(Guid id, JsonElement payload, Exception? last, CancellationToken cancellationToken)
        {
            if (FailsToAbandon) throw new InvalidTimeZoneException("A text that quotes the payload");
            Abandoned.Add(last);
            return Task.FromResult(Settles);
        }
    }
}
