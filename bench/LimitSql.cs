namespace Consilium.Bench;

/// <summary>The least that a durable, numbered post and a page can cost: the statements of the limits.</summary>
internal static class LimitSql
{
    public const string Text = "The invoice of last month shows a treatment that we never had; could you look at it, please? Thank you.";

    /// <summary>$1 the thread, $2 the text: takes the next number and inserts, in one statement.</summary>
    public const string Append = """
        WITH counted AS (UPDATE limit_threads SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq)
        INSERT INTO limit_messages (thread_id, seq, content, created_at) SELECT $1, last_seq, $2, now() FROM counted RETURNING seq
        """;

    /// <summary>$1 the thread: its newest 50.</summary>
    public const string Page = "SELECT thread_id, seq, content, created_at FROM limit_messages WHERE thread_id = $1 ORDER BY seq DESC LIMIT 50";

    public static string Schema(int threads) => $"""
        CREATE TABLE limit_threads (id integer PRIMARY KEY, last_seq bigint NOT NULL DEFAULT 0);
        CREATE TABLE limit_messages (thread_id integer NOT NULL, seq bigint NOT NULL, content text NOT NULL, created_at timestamptz NOT NULL, PRIMARY KEY (thread_id, seq));
        INSERT INTO limit_threads (id, last_seq) SELECT i, CASE WHEN i <= 20 THEN 100 ELSE 0 END FROM generate_series(1, {threads}) i;
        INSERT INTO limit_messages SELECT t, s, '{Text}', now() FROM generate_series(1, 20) t, generate_series(1, 100) s;
        """;

    /// <summary>A pgbench script; <paramref name="threads"/> 1 is one hot row.</summary>
    public static string AppendScript(int threads) => $"""
        \set thread random(1, {threads})
        WITH counted AS (UPDATE limit_threads SET last_seq = last_seq + 1 WHERE id = :thread RETURNING last_seq)
        INSERT INTO limit_messages (thread_id, seq, content, created_at) SELECT :thread, last_seq, '{Text}', now() FROM counted RETURNING seq;
        """;

    public const string PageScript = """
        \set thread random(1, 20)
        SELECT thread_id, seq, content, created_at FROM limit_messages WHERE thread_id = :thread ORDER BY seq DESC LIMIT 50;
        """;
}
