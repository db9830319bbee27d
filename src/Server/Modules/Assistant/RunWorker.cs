using System.Security.Cryptography;
using System.Threading.Channels;
using Consilium.Platform.Hosting;
using Consilium.Platform.Realtime;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Claims runs and carries each out by itself, many at once: has its answer written, posts it; repeats after a fault, up to a limit. A run that
/// waits for its provider takes no thread and no connection.
/// </summary>
internal sealed class RunWorker(
    IServiceScopeFactory scopes, WriteAnswer write, RunLeases leases, DatabaseWait database, Signals signals, AssistantSettings settings, CrashPoints crash,
    TimeProvider clock, ILogger<RunWorker> log)
    : BackgroundService
{
    /// <summary>Claims under way at once: one may wait for its thread, which somebody else has locked.</summary>
    const int Claimers = 4;

    readonly SemaphoreSlim free = new(settings.Workers);
    readonly Channel<bool> wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(Claimers) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.Workers == 0) return;
        using var queued = signals.Listen(QueueRuns.Topic, _ => WakeOne());
        await using var poll = clock.CreateTimer(_ => WakeOne(), null, TimeSpan.Zero, settings.Poll);
        await Task.WhenAll(Enumerable.Range(0, Claimers).Select(_ => ClaimAsync(stoppingToken)));
        for (var ended = 0; ended < settings.Workers; ended++) await free.WaitAsync(CancellationToken.None); // each gives its run back
    }

    public override void Dispose()
    {
        free.Dispose();
        base.Dispose();
    }

    void WakeOne() => wakes.Writer.TryWrite(true);

    async Task ClaimAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await wakes.Reader.WaitToReadAsync(stoppingToken))
            {
                if (!wakes.Reader.TryRead(out _)) continue;
                while (await BeginNextAsync(stoppingToken)) { }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    /// <summary>False when no run is due, or the database cannot be reached.</summary>
    async Task<bool> BeginNextAsync(CancellationToken stoppingToken)
    {
        await free.WaitAsync(stoppingToken);
        Run? run = null;
        try
        {
            run = await WithAsync<RunSteps, Run?>(runs => runs.ClaimAsync(stoppingToken));
        }
        catch (Exception fault)
        {
            if (!stoppingToken.IsCancellationRequested) log.LogWarning("Runs could not be claimed: {Fault}", fault.GetType().Name);
        }
        if (run is null)
        {
            free.Release();
            return false;
        }
        WakeOne(); // where one is due there may be more
        crash.Reach(RunCrashPoints.Claimed);
        _ = Task.Run(() => CarryOutAsync(run, stoppingToken), CancellationToken.None);
        return true;
    }

    async Task CarryOutAsync(Run run, CancellationToken stoppingToken)
    {
        try
        {
            using var lease = leases.Hold(run, stoppingToken);
            await AttemptAsync(run, lease.Ended, stoppingToken);
        }
        catch (Exception fault)
        {
            if (!stoppingToken.IsCancellationRequested) log.LogWarning("Run {Run} could not be ended: {Fault}", run.Id, fault.GetType().Name);
        }
        finally
        {
            free.Release();
            WakeOne(); // the thread's next question may have waited for this one
        }
    }

    async Task AttemptAsync(Run run, CancellationToken held, CancellationToken stoppingToken)
    {
        try
        {
            await AnswerAsync(run, held);
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            await WithAsync<RunSteps>(runs => runs.GiveBackAsync(run, CancellationToken.None));
        }
        catch (Exception fault) when (held.IsCancellationRequested || fault is RunLostException)
        {
            log.LogInformation("Run {Run} was stopped or taken over at attempt {Attempt}", run.Id, run.Attempts);
        }
        catch (Exception fault)
        {
            // The type alone: a message of an exception may quote what it was working on.
            log.LogWarning("Run {Run} failed at attempt {Attempt}: {Fault}", run.Id, run.Attempts, fault.GetType().Name);
            if (run.Attempts >= settings.MaxAttempts) await EndAsync(run, RunEnd.Failed(RunReasons.AnswerFailed), held);
            else await WaitAsync<RunSteps>(runs => runs.RequeueAsync(run, PauseAfter(run.Attempts), held), held);
        }
    }

    async Task AnswerAsync(Run run, CancellationToken held)
    {
        if (run.Attempts > settings.MaxAttempts)
        {
            await EndAsync(run, RunEnd.Failed(RunReasons.WorkersLost), held);
            return;
        }
        if (!run.IsWritten)
        {
            var prompt = await WaitAsync<Prompts, Prompt?>(prompts => prompts.BuildAsync(run, held), held);
            if (prompt is null)
            {
                await EndAsync(run, RunEnd.Stopped(run.IsAboutThread ? RunReasons.ThreadGone : RunReasons.QuestionRetracted), held);
                return;
            }
            await write.RunAsync(run, prompt, held);
        }
        crash.Reach(RunCrashPoints.Written);
        await WaitAsync<PostAnswer>(post => post.RunAsync(run, held), held);
    }

    Task EndAsync(Run run, RunEnd end, CancellationToken held) => WaitAsync<PostAnswer>(post => post.WithoutAsync(run, end, held), held);

    TimeSpan PauseAfter(int attempts) => settings.RetryDelay * Math.Pow(2, attempts - 1) * (1 + RandomNumberGenerator.GetInt32(500) / 1000.0);

    /// <summary>Takes a step that waits while the database is away.</summary>
    Task<T> WaitAsync<TStep, T>(Func<TStep, Task<T>> step, CancellationToken held) where TStep : notnull =>
        database.UntilThereAsync(() => WithAsync(step), held);

    Task WaitAsync<TStep>(Func<TStep, Task> step, CancellationToken held) where TStep : notnull =>
        database.UntilThereAsync(() => WithAsync(step), held);

    async Task<T> WithAsync<TStep, T>(Func<TStep, Task<T>> step) where TStep : notnull
    {
        await using var scope = scopes.CreateAsyncScope();
        return await step(scope.ServiceProvider.GetRequiredService<TStep>());
    }

    Task WithAsync<TStep>(Func<TStep, Task> step) where TStep : notnull =>
        WithAsync<TStep, bool>(async of => { await step(of); return true; });
}
