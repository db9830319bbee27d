namespace Consilium.Tests.Modules.Threads;

/// <summary>What must hold for a thread's rows at any time.</summary>
internal static class ThreadLedger
{
    /// <summary>Events 1..n without a gap, n the thread's last; each message at the number of its event; both sides complete.</summary>
    public static async Task ShouldHaveNoGapAsync(this TestDatabase database, Guid thread)
    {
        var seqs = await database.ColumnAsync<long>("SELECT seq FROM threads.events WHERE thread_id = $1 ORDER BY seq", thread);
        var last = await database.ScalarAsync<long>("SELECT last_seq FROM threads.threads WHERE id = $1", thread);
        seqs.ShouldBe(Enumerable.Range(1, (int)last).Select(n => (long)n));
        (await database.ScalarAsync<long>("""
            SELECT count(*) FROM (SELECT * FROM threads.events WHERE thread_id = $1 AND type = 'message.posted') e
            FULL JOIN (SELECT * FROM threads.messages WHERE thread_id = $1) m ON m.id = e.message_id AND m.seq = e.seq
            WHERE e.seq IS NULL OR m.seq IS NULL
            """, thread)).ShouldBe(0);
        (await database.ScalarAsync<long>("""
            SELECT count(*) FROM (SELECT * FROM threads.events WHERE thread_id = $1 AND type = 'participant.joined') e
            FULL JOIN (SELECT * FROM threads.participants WHERE thread_id = $1) p ON p.joined_seq = e.seq AND p.user_id = (e.data->>'user_id')::uuid
            WHERE e.seq IS NULL OR p.user_id IS NULL
            """, thread)).ShouldBe(0);
    }
}
