using System.Net.Sockets;
using Npgsql;

namespace Consilium.Modules.Assistant;

/// <summary>Lets a run wait while the database is away: its end is no reason to fail an answer.</summary>
internal sealed class DatabaseWait(ILogger<DatabaseWait> log)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Repeats the step, which may be repeated safely, until the database has done it.</summary>
    public async Task<T> UntilThereAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await step();
            }
            catch (Exception fault) when (IsAway(fault) && !cancellationToken.IsCancellationRequested)
            {
                log.LogWarning("A run waits for the database: {Fault}", fault.GetType().Name);
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    /// <inheritdoc cref="UntilThereAsync{T}"/>
    public Task UntilThereAsync(Func<Task> step, CancellationToken cancellationToken) =>
        UntilThereAsync(async () => { await step(); return true; }, cancellationToken);

    static bool IsAway(Exception? fault) => fault switch
    {
        NpgsqlException { IsTransient: true } or SocketException or TimeoutException => true,
        PostgresException => false,
        NpgsqlException or InvalidOperationException => IsAway(fault.InnerException),
        _ => false,
    };
}
