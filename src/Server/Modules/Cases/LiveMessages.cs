using System.Runtime.CompilerServices;
using Consilium.Modules.Threads.Contracts;

namespace Consilium.Modules.Cases;

/// <summary>The messages of live events. Those who follow a case in this process share each event, and so its message's files are looked up once for all of them.</summary>
internal sealed class LiveMessages(IServiceScopeFactory scopes)
{
    readonly ConditionalWeakTable<ThreadEvent, Task<MessageResponse>> shown = [];

    public async ValueTask<MessageResponse?> ShowAsync(ThreadEvent happened, CancellationToken cancellationToken) => happened.Message switch
    {
        null => null,
        { Attachments.Count: 0 } message => MessageResponse.Of(message, []),
        _ => await LookedUp(happened).WaitAsync(cancellationToken),
    };

    Task<MessageResponse> LookedUp(ThreadEvent happened)
    {
        if (shown.TryGetValue(happened, out var earlier) && earlier.IsFaulted) shown.Remove(happened);
        return shown.GetValue(happened, LookUpAsync);
    }

    async Task<MessageResponse> LookUpAsync(ThreadEvent happened)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<CaseMessages>().ShowAsync(happened.Message!, CancellationToken.None);
    }
}
