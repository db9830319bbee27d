using Consilium.Modules.Assistant.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>Somebody who reads an answer as it is written, and checks that every update goes on exactly where the one before ended.</summary>
internal sealed class AnswerReader : IAsyncDisposable
{
    readonly AsyncServiceScope scope;
    readonly CancellationTokenSource patience = new(TimeSpan.FromSeconds(30));
    readonly IAsyncEnumerator<AnswerUpdate> updates;

    public AnswerReader(Server server, Guid runId, int offset)
    {
        scope = server.Services.CreateAsyncScope();
        updates = scope.ServiceProvider.GetRequiredService<IRuns>().FollowAsync(runId, offset, patience.Token).GetAsyncEnumerator();
        Offset = offset;
    }

    /// <summary>What this reader was given.</summary>
    public string Text { get; private set; } = "";

    public int Offset { get; private set; }

    public RunState? End { get; private set; }

    /// <summary>False when the stream is over.</summary>
    public async Task<bool> NextAsync()
    {
        if (!await updates.MoveNextAsync()) return false;
        End.ShouldBeNull("there was an update after the end");
        var update = updates.Current;
        update.Offset.ShouldBe(Offset + update.Text.Length);
        (update.Text.Length > 0 || update.End is not null).ShouldBeTrue("an update brings something");
        (Text, Offset, End) = (Text + update.Text, update.Offset, update.End);
        return true;
    }

    /// <summary>Reads until this reader's text is so long.</summary>
    public async Task<string> UpToAsync(int length)
    {
        while (Text.Length < length) (await NextAsync()).ShouldBeTrue($"the answer ended after '{Text}'");
        return Text;
    }

    /// <summary>Reads to the end.</summary>
    public async Task<RunState> ToEndAsync()
    {
        while (await NextAsync()) { }
        return End.ShouldNotBeNull();
    }

    public async ValueTask DisposeAsync()
    {
        await patience.CancelAsync();
        try
        {
            await updates.DisposeAsync();
        }
        catch (NotSupportedException) { } // a test has left a read under way
        await scope.DisposeAsync();
        patience.Dispose();
    }
}
