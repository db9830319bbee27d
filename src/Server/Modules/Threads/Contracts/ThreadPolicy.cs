using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>Which threads of a kind a right extends to. Checked in the query itself, so that "not yours" and "not there" are one answer.</summary>
internal enum Reach
{
    None,

    /// <summary>Threads that the caller owns.</summary>
    Own,

    /// <summary>Threads in which the caller takes part.</summary>
    Member,

    /// <summary>Every thread of the kind.</summary>
    All,
}

/// <summary>Who may do what in the threads of one kind. Each door gives its own.</summary>
/// <param name="Kind">Stored with every thread, and the word for it in the audit trail: <c>case</c>, <c>ticket</c>.</param>
/// <param name="Read">How far a caller may read messages and events.</param>
/// <param name="Post">How far a caller may post messages.</param>
/// <param name="RoleOf">As what a caller speaks in these threads.</param>
/// <param name="TakesTurn">Whether a message of this caller ends the assistant's turn: from then on it stays silent until switched on again.</param>
internal sealed record ThreadPolicy(
    string Kind, Func<Caller, Reach> Read, Func<Caller, Reach> Post, Func<Caller, SenderRole> RoleOf, Func<Caller, bool> TakesTurn)
{
    /// <summary>Message ids tell nothing, not even their time: for doors that anybody may read.</summary>
    public bool HasRandomIds { get; init; }

    /// <summary>A message of the caller, with the right and in the role that he has here.</summary>
    public NewMessage MessageBy(Caller caller, Guid threadId, string content)
    {
        var role = RoleOf(caller);
        return new(threadId, Kind, Post(caller), caller.UserId, caller.Role.Wire(), role, caller.Name ?? role.ToString(), content);
    }
}

internal static class ThreadKinds
{
    /// <summary>Makes a kind of thread known to the engine, with the files of its messages. Each door does it once.</summary>
    public static IServiceCollection AddThreadKind(this IServiceCollection services, ThreadPolicy policy) => services
        .AddSingleton(policy)
        .AddScoped<IFileHolder>(provider => ActivatorUtilities.CreateInstance<ThreadFiles>(provider, policy));
}

/// <summary>A thread as a caller may act on it: every statement carries all three.</summary>
internal readonly record struct ThreadScope(Guid ThreadId, string Kind, Guid CallerId, Reach Reach)
{
    /// <summary>Where files are received for the thread.</summary>
    public FilePlace Files => new(Kind, ThreadId);

    public static ThreadScope ToRead(ThreadPolicy policy, Guid threadId, Caller caller) => new(threadId, policy.Kind, caller.UserId, policy.Read(caller));
}
