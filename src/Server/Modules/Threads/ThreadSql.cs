using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Modules.Threads;

/// <summary>The right to a thread as a condition of its query: parameters $1 to $4 are a <see cref="ThreadScope"/>, <c>t</c> is the thread.</summary>
internal static class ThreadSql
{
    public const string InReach = """
        t.id = $1 AND t.kind = $2 AND ($3 = 3 OR ($3 = 1 AND t.owner_id = $4)
            OR ($3 = 2 AND EXISTS (SELECT FROM threads.participants p WHERE p.thread_id = t.id AND p.user_id = $4)))
        """;

    public static NpgsqlParameterCollection WithScope(this NpgsqlParameterCollection parameters, ThreadScope thread) =>
        parameters.With(thread.ThreadId).With(thread.Kind).With((int)thread.Reach).With(thread.CallerId);
}

/// <summary>What the processes call a thread when they tell each other that it changed.</summary>
internal static class ThreadTopics
{
    /// <summary>The note that says that the thread was deleted.</summary>
    public const string Gone = "gone";

    public static string Of(Guid threadId) => $"t:{threadId:N}";
}
