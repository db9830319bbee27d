using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>
/// The one transaction of a request (or of a job): everything that it changes commits together, and what must happen only
/// after the commit (live events, waking a worker) waits for it.
/// </summary>
internal sealed class RequestTransaction(ConsiliumDb db)
{
    readonly List<Action> afterCommit = [];

    /// <summary>Runs <paramref name="work"/> in the request's transaction, beginning and committing one when none is open yet.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken = default)
    {
        if (db.Database.CurrentTransaction is not null) return await work();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var result = await work();
        await CommitAsync(transaction);
        return result;
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<Task> work, CancellationToken cancellationToken = default) =>
        RunAsync(async () => { await work(); return true; }, cancellationToken);

    /// <summary>Runs <paramref name="action"/> once the transaction has committed; at once when none is open. Never after a rollback.</summary>
    public void AfterCommit(Action action)
    {
        if (db.Database.CurrentTransaction is null) action();
        else afterCommit.Add(action);
    }

    /// <summary>Commits, then runs what waited for it. A commit that has begun is not cancelled: its outcome must be known.</summary>
    public async Task CommitAsync(IDbContextTransaction transaction)
    {
        await transaction.CommitAsync(CancellationToken.None);
        foreach (var action in afterCommit) action();
        afterCommit.Clear();
    }

    /// <summary>A hand-written command on the request's connection, inside its transaction when one is open.</summary>
    public async Task<NpgsqlBatch> BatchAsync(CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        return new NpgsqlBatch((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
    }
}
