using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Platform.Errors;

namespace Consilium.Modules.Tickets;

/// <summary>Stands in until the assistant offers its runs.</summary>
internal sealed class NoRuns : IRuns
{
    public Task<RunState> AskAsync(Question question, CancellationToken cancellationToken) => throw Missing();
    public Task<RunState?> FindAsync(Guid threadId, Guid runId, CancellationToken cancellationToken) => Task.FromResult<RunState?>(null);
    public Task<RunState?> FindByQuestionAsync(Guid threadId, Guid questionId, CancellationToken cancellationToken) => Task.FromResult<RunState?>(null);
    public IAsyncEnumerable<AnswerUpdate> FollowAsync(Guid runId, int offset, CancellationToken cancellationToken) => throw Missing();
    public Task<bool> StopAsync(Guid threadId, string threadKind, Caller caller, CancellationToken cancellationToken) => Task.FromResult(false);

    static DomainException Missing() => new("assistant_missing", "The assistant does not answer here yet.");
}
