using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
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

    /// <summary>The same thread, through another server.</summary>
    public AskedThread On(Server other) => new(other, Id, owner);

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

    public async Task RetractAsync(ThreadMessage message) =>
        (await InTransactionAsync<IMessages, ChangeOutcome>(messages => messages.RetractAsync(Scope, message.Id, false, owner, default)))
            .ShouldBe(ChangeOutcome.Done);

    public async Task CloseAsync() => (await InTransactionAsync<IThreads, bool>(threads => threads.CloseAsync(Scope, owner, default))).ShouldBeTrue();

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
