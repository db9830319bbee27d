using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Realtime;

namespace Consilium.Modules.Assistant;

/// <summary>Carries out runs: claims one, has its answer written while renewing the lease, posts it; retries after a fault, up to a limit.</summary>
internal sealed class RunWorker(
    IServiceScopeFactory scopes, IAnswerer answerer, Signals signals, AssistantSettings settings, CrashPoints crash, TimeProvider clock,
    ILogger<RunWorker> log)
    : BackgroundService
{
    readonly Channel<bool> wakes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(Math.Max(1, settings.Workers)) { FullMode = BoundedChannelFullMode.DropWrite });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var queued = signals.Listen(QueueRuns.Topic, _ => WakeOne());
        await using var poll = clock.CreateTimer(_ => WakeOne(), null, TimeSpan.Zero, settings.Poll);
        await Task.WhenAll(Enumerable.Range(0, settings.Workers).Select(_ => WorkAsync(stoppingToken)));
    }

    void WakeOne() => wakes.Writer.TryWrite(true);

    async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (await wakes.Reader.WaitToReadAsync(stoppingToken))
        {
            if (!wakes.Reader.TryRead(out _)) continue;
            while (await RunNextAsync(stoppingToken)) { }
        }
    }

    /// <summary>False when no run is due, or the database cannot be reached.</summary>
    async Task<bool> RunNextAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (await WithRunsAsync(runs => runs.ClaimAsync(stoppingToken)) is not { } run) return false;
            WakeOne(); // where one is due there may be more
            crash.Reach(RunCrashPoints.Claimed);
            await RunAsync(run, stoppingToken);
            return true;
        }
        catch (Exception fault)
        {
            if (!stoppingToken.IsCancellationRequested) log.LogWarning("Runs could not be claimed or ended: {Fault}", fault.GetType().Name);
            return false;
        }
    }

    async Task RunAsync(Run run, CancellationToken stoppingToken)
    {
        using var held = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var renewing = RenewAsync(run, held);
        try
        {
            await AnswerAsync(run, held.Token);
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            await WithRunsAsync(runs => runs.GiveBackAsync(run, CancellationToken.None));
        }
        catch (OperationCanceledException) when (held.IsCancellationRequested)
        {
            log.LogWarning("Run {Run} was taken over at attempt {Attempt}", run.Id, run.Attempts);
        }
        catch (Exception fault)
        {
            // The type alone: a message of an exception may quote what it was working on.
            log.LogWarning("Run {Run} failed at attempt {Attempt}: {Fault}", run.Id, run.Attempts, fault.GetType().Name);
            if (run.Attempts >= settings.MaxAttempts) await EndAsync(run, RunEnd.Failed(RunReasons.AnswerFailed), stoppingToken);
            else await WithRunsAsync(runs => runs.RequeueAsync(run, PauseAfter(run.Attempts), stoppingToken));
        }
        finally
        {
            await held.CancelAsync();
            await renewing;
        }
    }

    async Task AnswerAsync(Run run, CancellationToken cancellationToken)
    {
        if (run.Attempts > settings.MaxAttempts)
        {
            await EndAsync(run, RunEnd.Failed(RunReasons.WorkersLost), cancellationToken);
            return;
        }
        if (run.Question is null)
        {
            await EndAsync(run, RunEnd.Stopped(RunReasons.QuestionRetracted), cancellationToken);
            return;
        }
        await using var scope = scopes.CreateAsyncScope();
        var prompt = await scope.ServiceProvider.GetRequiredService<Prompts>().BuildAsync(run, cancellationToken);
        var (text, source) = await WriteAsync(new(prompt!, "", Guid.Empty), cancellationToken);
        crash.Reach(RunCrashPoints.Written);
        await scope.ServiceProvider.GetRequiredService<PostAnswer>().RunAsync(run, text, source, cancellationToken);
    }

    async Task<(string Text, AnswerSource Source)> WriteAsync(AnswerRequest request, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        AnswerSource? source = null;
        await foreach (var step in answerer.AnswerAsync(request, cancellationToken))
        {
            switch (step)
            {
                case CallStarted started:
                    source = started.Source;
                    break;
                case AnswerText more:
                    text.Append(more.Text);
                    crash.Reach(RunCrashPoints.FirstText);
                    break;
            }
        }
        return text.Length > 0 ? (text.ToString(), source!) : throw new InvalidOperationException("The answer has no text.");
    }

    async Task RenewAsync(Run run, CancellationTokenSource held)
    {
        while (!held.IsCancellationRequested)
        {
            await Task.Delay(settings.Renewal, clock, held.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!held.IsCancellationRequested && !await WithRunsAsync(runs => runs.RenewAsync(run, held.Token))) await held.CancelAsync();
            }
            catch (Exception fault)
            {
                if (!held.IsCancellationRequested)
                    log.LogWarning("The lease of run {Run} could not be renewed: {Fault}", run.Id, fault.GetType().Name);
            }
        }
    }

    async Task EndAsync(Run run, RunEnd end, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var runs = scope.ServiceProvider.GetRequiredService<Runs>();
        await scope.ServiceProvider.GetRequiredService<RequestTransaction>().RunAsync(async () =>
        {
            if (await runs.HoldAsync(run, cancellationToken)) await runs.EndAsync(run, end, cancellationToken);
        }, cancellationToken);
    }

    TimeSpan PauseAfter(int attempts) => settings.RetryDelay * Math.Pow(2, attempts - 1) * (1 + RandomNumberGenerator.GetInt32(500) / 1000.0);

    async Task<T> WithRunsAsync<T>(Func<Runs, Task<T>> step)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await step(scope.ServiceProvider.GetRequiredService<Runs>());
    }

    Task WithRunsAsync(Func<Runs, Task> step) => WithRunsAsync(async runs => { await step(runs); return true; });
}
