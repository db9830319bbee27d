using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>The life of a thread. Everything here works in the request's transaction and takes the thread's next number.</summary>
internal interface IThreads
{
    /// <summary>Opens a thread in the caller's transaction; its owner joins as number 1.</summary>
    Task OpenAsync(Guid threadId, string kind, Guid ownerId, SenderRole ownerRole, Caller opener, CancellationToken cancellationToken);

    /// <summary>False when there is no such thread within reach. Closing twice changes nothing.</summary>
    Task<bool> CloseAsync(ThreadScope thread, Caller caller, CancellationToken cancellationToken);

    /// <summary>Null when there is no such thread within reach, false when it is open already.</summary>
    Task<bool?> ReopenAsync(ThreadScope thread, Caller caller, CancellationToken cancellationToken);

    /// <summary>Gives the assistant the turn or takes it away. False when there is no such thread within reach.</summary>
    Task<bool> SetAssistantModeAsync(ThreadScope thread, bool on, Caller caller, CancellationToken cancellationToken);

    /// <summary>Moves the caller's read mark forward, never back; the caller joins if need be. Null when there is no such thread, false when the number is beyond its last.</summary>
    Task<bool?> MarkReadAsync(ThreadScope thread, long seq, SenderRole role, CancellationToken cancellationToken);

    /// <summary>Numbers and keeps an event that a door or the assistant defines. False when there is no such thread within reach.</summary>
    Task<bool> AppendEventAsync(ThreadScope thread, string type, Guid? actorId, JsonElement? data, CancellationToken cancellationToken);

    /// <summary>
    /// Numbers and keeps an event about something that hangs on a message. Nobody acted, and it counts as no activity of the thread. False when there is
    /// no such message within reach, or it is retracted.
    /// </summary>
    Task<bool> AppendMessageEventAsync(ThreadScope thread, Guid messageId, string type, JsonElement? data, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes the thread with its messages, their earlier texts, its events and what other modules keep of it (<see cref="IThreadRemains"/>); nothing of it can be read
    /// any more, and whoever follows it comes to the end. The audit trail keeps who did it. False when there is no such thread within reach.
    /// </summary>
    Task<bool> DeleteAsync(ThreadScope thread, Caller caller, CancellationToken cancellationToken);

    /// <summary>Locks the thread until the transaction ends, for whoever locks other rows before it changes the thread. False when there is none within reach.</summary>
    Task<bool> LockAsync(ThreadScope thread, CancellationToken cancellationToken);

    /// <summary>The thread's last number; null when there is no such thread within reach.</summary>
    Task<long?> LastSeqAsync(ThreadScope thread, CancellationToken cancellationToken);
}

/// <summary>The messages of threads, each with the files that hang on it.</summary>
internal interface IMessages
{
    /// <summary>
    /// Posts a message. Returns after its commit; inside a request's transaction it is written there instead, and becomes visible with it. An
    /// attachment that can't be had refuses it before anything is written, unless its client token is a repeated one: the first time took the files.
    /// </summary>
    Task<PostResult> PostAsync(NewMessage message, CancellationToken cancellationToken);

    /// <summary>A page, oldest first; a search looks into the text of attached documents too. Null when there is no such thread within reach.</summary>
    Task<MessagePage?> PageAsync(ThreadScope thread, MessageQuery query, CancellationToken cancellationToken);

    Task<ThreadMessage?> FindAsync(ThreadScope thread, Guid messageId, CancellationToken cancellationToken);

    /// <summary>Replaces the text; the author alone (for others there is nothing to edit), in an open thread. The earlier text is kept.</summary>
    Task<(ChangeOutcome Outcome, ThreadMessage? Message)> EditAsync(ThreadScope thread, Guid messageId, string content, Caller caller, CancellationToken cancellationToken);

    /// <summary>Takes text and files out of every read path; the place stays. The author, or whoever <paramref name="mayRetractOthers"/>.</summary>
    Task<ChangeOutcome> RetractAsync(ThreadScope thread, Guid messageId, bool mayRetractOthers, Caller caller, CancellationToken cancellationToken);

    /// <summary>The earlier texts, oldest first; null when there is no such message within reach, empty once it is retracted.</summary>
    Task<IReadOnlyList<MessageVersion>?> VersionsAsync(ThreadScope thread, Guid messageId, CancellationToken cancellationToken);
}

internal enum ChangeOutcome { Done, NotFound, Closed, Retracted }

/// <param name="After">Only messages with greater numbers.</param>
/// <param name="Before">Only messages with smaller numbers; without <paramref name="After"/>, the newest of them.</param>
/// <param name="Search">Full text in the product's sense: see <see cref="Platform.Search.SearchTerms"/>.</param>
internal sealed record MessageQuery(long? After, long? Before, int Limit, SenderRole? Role, string? Search);

internal sealed record MessagePage(IReadOnlyList<ThreadMessage> Messages, bool HasMore);

/// <summary>What happens in a thread, live.</summary>
internal interface IThreadFeed
{
    /// <summary>
    /// Every event after <paramref name="after"/>, in order, without a gap and without end, each once; between them what people are typing.
    /// The caller's right to read the thread is checked before, and again before each batch.
    /// </summary>
    IAsyncEnumerable<ThreadEvent> FollowAsync(ThreadScope thread, long after, CancellationToken cancellationToken);

    /// <summary>Shows the others that somebody is typing. Not kept.</summary>
    void ShowTyping(Guid threadId, Guid userId);
}

/// <summary>Rows of another module that must commit together with the messages that cause them.</summary>
internal interface IMessageCompanion
{
    /// <summary>The statement that writes them, run in the posting transaction after the messages are in.</summary>
    /// <param name="askingMessages">Messages that ask the assistant; those that were refused are not to be found in <see cref="ThreadViews.Messages"/>, and a null <c>run_id</c> there means no run.</param>
    Npgsql.NpgsqlBatchCommand StatementFor(Guid[] askingMessages);

    /// <summary>Called after the commit.</summary>
    void Committed();
}

/// <summary>What another module keeps of threads, and must go when one is deleted.</summary>
internal interface IThreadRemains
{
    /// <summary>Called in the deleting transaction, before the thread is locked: whoever locks rows of his own and the thread locks his own first.</summary>
    Task RemoveAsync(Guid threadId, CancellationToken cancellationToken);
}

/// <summary>What other modules may join in their own statements, to have rights and activity in the query itself.</summary>
internal static class ThreadViews
{
    /// <summary>(id, kind, owner_id, status, assistant_mode, last_seq, last_message_at, created_at, updated_at, closed_at); locking its row locks the thread</summary>
    public const string Threads = "threads.access_threads";

    /// <summary>(thread_id, user_id, role, joined_seq, last_read_seq)</summary>
    public const string Participants = "threads.access_participants";

    /// <summary>(thread_id, seq, id, sender_id, sender_role, content, reply_to, run_id, created_at, retracted_at, search_text)</summary>
    public const string Messages = "threads.access_messages";

    /// <summary>A function of thread and reader: how many messages the reader has not read.</summary>
    public const string Unread = "threads.access_unread";
}
