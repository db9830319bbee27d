using Npgsql;

namespace Consilium.Platform.Database;

/// <summary>Hand-written statements that go to the database together.</summary>
internal static class BatchCommands
{
    /// <summary>Adds a statement; its parameters follow.</summary>
    public static NpgsqlParameterCollection Add(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }
}
