using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Consilium.Platform.Seeding;

/// <summary>Writes rows by COPY, some thousands in a transaction, and says on the console how far it is.</summary>
internal sealed class SeedWriter(NpgsqlDataSource database, TextWriter console)
{
    const int Chunk = 5000;
    const int Writers = 2;

    /// <param name="what">For the console: <c>patients</c>.</param>
    /// <param name="table">With its columns: <c>care.patients (id, name)</c>.</param>
    /// <param name="count">How many rows come, about.</param>
    /// <param name="rows">Values of exactly the columns' types.</param>
    public async Task CopyAsync(string what, string table, long count, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var progress = new Progress(console, what, count);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(rows.Chunk(Chunk), options, async (chunk, stopping) =>
        {
            await using var connection = await database.OpenConnectionAsync(stopping);
            await using var importer = await connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT binary)", stopping);
            foreach (var row in chunk) await importer.WriteRowAsync(stopping, row);
            await importer.CompleteAsync(stopping);
            progress.Add(chunk.Length);
        });
        progress.End();
    }

    /// <summary>A question to the seeder's own tables.</summary>
    public async Task<T> AskAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>So that the next statements are planned for as many rows as there are now.</summary>
    public async Task AnalyzeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var sql in (string[])["SET statement_timeout = 0", "VACUUM ANALYZE", "RESET statement_timeout"]) // whatever a session changes, it undoes
        {
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    sealed class Progress(TextWriter console, string what, long count)
    {
        static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

        readonly Lock gate = new();
        readonly long begun = Stopwatch.GetTimestamp();
        TimeSpan said;
        long done;

        public void Add(int rows)
        {
            lock (gate)
            {
                done += rows;
                var elapsed = Stopwatch.GetElapsedTime(begun);
                if (elapsed - said < Every) return;
                said = elapsed;
                var left = TimeSpan.FromSeconds(elapsed.TotalSeconds / done * Math.Max(0, count - done));
                Say(elapsed, string.Create(CultureInfo.InvariantCulture, $"of {count,11:N0}   {left:m\\:ss} left"));
            }
        }

        public void End() => Say(Stopwatch.GetElapsedTime(begun), "");

        void Say(TimeSpan elapsed, string rest) => console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {what,-22} {done,11:N0} {rest,-28} {done / Math.Max(0.001, elapsed.TotalSeconds),9:N0} a second").TrimEnd());
    }
}
