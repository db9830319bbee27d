using System.Diagnostics;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>A thread with an owner who asks the assistant, and staff who may step in. It uses the engine as doors do.</summary>
internal sealed class AskedThread
{
    const string Kind = "case";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly Server server;
    readonly Caller owner;
    readonly Caller staff = Person(Role.Staff);

    AskedThread(Server server, Guid id, Caller owner) => (this.server, Id, this.owner) = (server, id, owner);

    public Guid Id { get; }

    public Caller Owner => owner;

    /// <summary>The same thread, through another server.</summary>
    public AskedThread On(Server other) => new(other, Id, owner);

    /// <summary>A thread that was opened by other means.</summary>
    public static AskedThread Of(Server server, Guid id) => new(server, id, Person(Role.User));

    public static async Task<AskedThread> OpenAsync(Server server)
    {
        var thread = new AskedThread(server, Guid.CreateVersion7(), Person(Role.User));
        await thread.InTransactionAsync<IThreads>(threads =>
            threads.OpenAsync(thread.Id, Kind, thread.owner.UserId, SenderRole.User, thread.owner, default));
        return thread;
    }

    /// <summary>The owner writes and asks the assistant.</summary>
    public Task<ThreadMessage> AskAsync(string text) => PostAsync(Question(text));

    public NewMessage Question(string text) => Written(owner, SenderRole.User, text) with { AsksAssistant = true };

    public Task<ThreadMessage> OwnerWritesAsync(string text) => PostAsync(Written(owner, SenderRole.User, text));

    public Task<ThreadMessage> StaffWritesAsync(string text) => PostAsync(Written(staff, SenderRole.Staff, text) with { TakesTurn = true });

    /// <summary>Asks for an answer to the message by itself; without one, to the thread's description.</summary>
    public async Task<RunState> AskForAsync(ThreadMessage? message = null)
    {
        var lastSeq = await server.Database.ScalarAsync<long>("SELECT last_seq FROM threads.threads WHERE id = $1", Id);
        return await WithAsync<IRuns, RunState>(runs => runs.AskAsync(new(Id, Kind, message?.Id ?? Id, message?.Seq ?? 0, lastSeq), default));
    }

    /// <summary>A run of this thread, as a door finds it.</summary>
    public Task<RunState?> FindRunAsync(Guid runId) => WithAsync<IRuns, RunState?>(runs => runs.FindAsync(Id, runId, default));

    public Task<RunState?> FindRunOfAsync(Guid questionId) => WithAsync<IRuns, RunState?>(runs => runs.FindByQuestionAsync(Id, questionId, default));

    public Task<bool> StopAsync() => WithAsync<IRuns, bool>(runs => runs.StopAsync(Id, Kind, owner, default));

    /// <summary>Reads the answer from the offset.</summary>
    public AnswerReader Read(Guid runId, int offset = 0) => new(server, runId, offset);

    public async Task RetractAsync(ThreadMessage message, bool others = false) =>
        (await InTransactionAsync<IMessages, ChangeOutcome>(messages => messages.RetractAsync(Scope, message.Id, others, owner, default)))
            .ShouldBe(ChangeOutcome.Done);

    public async Task CloseAsync() => (await InTransactionAsync<IThreads, bool>(threads => threads.CloseAsync(Scope, owner, default))).ShouldBeTrue();

    public async Task DeleteAsync() => (await InTransactionAsync<IThreads, bool>(threads => threads.DeleteAsync(Scope, owner, default))).ShouldBeTrue();

    /// <summary>
    /// As if the worker had not been heard of for the time of its lease, until another has claimed the run: the worker lives, and may renew its
    /// lease before anybody saw that it had ended.
    /// </summary>
    public async Task LoseWorkerAsync(ThreadMessage question)
    {
        var runId = question.RunId!.Value;
        var fence = await server.Database.ScalarAsync<long>("SELECT fence FROM assistant.runs WHERE id = $1", runId);
        for (var waiting = Stopwatch.StartNew(); await server.Database.ScalarAsync<bool>("SELECT fence = $2 FROM assistant.runs WHERE id = $1", runId, fence);)
        {
            waiting.Elapsed.ShouldBeLessThan(Patience);
            await server.Database.ExecuteAsync("UPDATE assistant.runs SET lease_until = now() WHERE id = $1 AND fence = $2", runId, fence);
            await Task.Delay(10);
        }
    }

    /// <summary>Waits, on the live feed, for the end of the run that answers the question. Returns what <c>run.finished</c> says.</summary>
    public async Task<JsonElement> EndOfRunAsync(ThreadMessage question) =>
        (await LiveAsync(e => e.Type == EventTypes.RunFinished && e.Data!.Value.Id("run_id") == question.RunId)).Data!.Value;

    /// <summary>Waits on the live feed, from the thread's beginning, for an event.</summary>
    public async Task<ThreadEvent> LiveAsync(Func<ThreadEvent, bool> wanted)
    {
        using var patience = new CancellationTokenSource(Patience);
        var seen = new List<string>();
        try
        {
            await foreach (var happened in server.Services.GetRequiredService<IThreadFeed>().FollowAsync(Scope, 0, patience.Token))
            {
                if (wanted(happened)) return happened;
                seen.Add($"{happened.Seq} {happened.Type}");
            }
        }
        catch (OperationCanceledException) { }
        throw new TimeoutException($"The event did not come. Those that came: {string.Join(", ", seen)}");
    }

    /// <summary>The types of all events, in order.</summary>
    public Task<List<string>> EventTypesAsync() =>
        server.Database.ColumnAsync<string>("SELECT type FROM threads.events WHERE thread_id = $1 ORDER BY seq", Id);

    /// <summary>What the assistant has said, oldest first.</summary>
    public async Task<IReadOnlyList<ThreadMessage>> AnswersAsync()
    {
        await using var scope = server.Services.CreateAsyncScope();
        var messages = scope.ServiceProvider.GetRequiredService<IMessages>();
        var page = await messages.PageAsync(Scope, new(null, null, 200, SenderRole.Assistant, null), default);
        return page.ShouldNotBeNull().Messages;
    }

    public async Task<T> InTransactionAsync<TService, T>(Func<TService, Task<T>> work) where TService : notnull
    {
        await using var scope = server.Services.CreateAsyncScope();
        var transaction = scope.ServiceProvider.GetRequiredService<RequestTransaction>();
        return await transaction.RunAsync(() => work(scope.ServiceProvider.GetRequiredService<TService>()));
    }

    async Task<T> WithAsync<TService, T>(Func<TService, Task<T>> work) where TService : notnull
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<TService>());
    }

    Task InTransactionAsync<TService>(Func<TService, Task> work) where TService : notnull =>
        InTransactionAsync<TService, bool>(async service => { await work(service); return true; });

    async Task<ThreadMessage> PostAsync(NewMessage message)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<IMessages>().PostAsync(message, default);
        result.Outcome.ShouldBe(PostOutcome.Posted);
        return result.Message!;
    }

    NewMessage Written(Caller sender, SenderRole role, string text) =>
        new(Id, Kind, Reach.All, sender.UserId, sender.Role.Wire(), role, "Test", text);

    ThreadScope Scope => new(Id, Kind, owner.UserId, Reach.All);

    static Caller Person(Role role) =>
        new(Guid.CreateVersion7(), role, null, Guid.CreateVersion7(), false, new HashSet<string>(StringComparer.Ordinal));
}
