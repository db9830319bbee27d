using Consilium.Platform.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>
/// The one transaction of a request (or of a job): everything that it changes commits together, and what must happen only
/// after the commit (live events, waking a worker) waits for it.
/// </summary>
internal sealed class RequestTransaction(ConsiliumDb db, NpgsqlDataSource database, ILogger<RequestTransaction> log)
{
    readonly List<Action> afterCommit = [];

    /// <summary>Whether a transaction has begun and not ended.</summary>
    public bool IsOpen => db.Database.CurrentTransaction is not null;

    /// <summary>Runs <paramref name="work"/> in the request's transaction, beginning and committing one when none is open yet.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken = default)
    {
        if (db.Database.CurrentTransaction is not null) return await work();
        afterCommit.Clear(); // of a transaction that was rolled back
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var result = await work();
        await CommitAsync(transaction);
        return result;
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<Task> work, CancellationToken cancellationToken = default) =>
        RunAsync(async () => { await work(); return true; }, cancellationToken);

    /// <summary>
    /// Runs <paramref name="action"/> once the transaction has committed; at once when none is open. Never after a rollback. What it
    /// throws is logged: the change stands, and its caller must hear so.
    /// </summary>
    public void AfterCommit(Action action)
    {
        if (db.Database.CurrentTransaction is null) Run(action);
        else afterCommit.Add(action);
    }

    /// <summary>Commits, then runs what waited for it. A commit that has begun is not cancelled: its outcome must be known.</summary>
    public async Task CommitAsync(IDbContextTransaction transaction)
    {
        await transaction.CommitAsync(CancellationToken.None);
        Action[] actions = [.. afterCommit];
        afterCommit.Clear();
        foreach (var action in actions) Run(action);
    }

    /// <summary>
    /// Hand-written commands, inside the request's transaction when one is open. Otherwise on a connection that is taken for their
    /// execution alone, so that a long stream does not keep one.
    /// </summary>
    public Task<NpgsqlBatch> BatchAsync(CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested
        ? Task.FromCanceled<NpgsqlBatch>(cancellationToken)
        : Task.FromResult(db.Database.CurrentTransaction is { } transaction
            ? new((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction())
            : database.CreateBatch());

    /// <summary>One hand-written command, as with <see cref="BatchAsync"/>. Returns how many rows it changed.</summary>
    public async Task<int> ExecuteAsync(string sql, Action<NpgsqlParameterCollection> parameters, CancellationToken cancellationToken)
    {
        await using var batch = await BatchAsync(cancellationToken);
        parameters(batch.Add(sql));
        return await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    void Run(Action action)
    {
        try
        {
            action();
        }
        catch (Exception fault)
        {
            log.LogError("What should follow a commit failed: {Fault}", Faults.ForLog(fault));
        }
    }
}
