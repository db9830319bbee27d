using System.Text.Json;
using Consilium.Platform.Seeding;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>
/// Invented conversations between owners and staff, for the doors: numbered as the engine numbers them. The owner joins and writes, somebody of the staff joins, takes the turn from the
/// assistant and answers; every third message is the staff's.
/// </summary>
/// <param name="Kind">The door's word; ids follow from it.</param>
/// <param name="Owner">The patient who owns the thread.</param>
/// <param name="Staff">The member of staff who answers.</param>
internal sealed record ThreadSeed(SeedPlan Plan, string Kind, Func<long, int> Owner, Func<long, int> Staff)
{
    const int OwnerJoins = 1;
    const int FirstMessage = 2;
    const int StaffJoins = 3;
    const int TurnTaken = 4;
    const int Minutes = 7;

    public Guid Id(long thread) => Plan.Id(Kind, thread);

    public DateTimeOffset OpenedAt(long thread) => Plan.At(thread, Plan.Threads).AddDays(-1);

    /// <summary>What counts is written last: an interrupted run leaves no thread without its messages.</summary>
    public async Task WriteAsync(SeedWriter writer, CancellationToken cancellationToken)
    {
        var threads = Threads();
        await writer.CopyAsync("messages", "threads.messages (thread_id, seq, id, sender_id, sender_role, sender_name, content, created_at)", Plan.Messages,
            threads.SelectMany(thread => Enumerable.Range(0, Length(thread)).Select(i => Message(thread, i))), cancellationToken);
        await writer.CopyAsync("events", "threads.events (thread_id, seq, type, at, actor_id, message_id, data)", Plan.Messages + 3 * Plan.Threads,
            threads.SelectMany(Events), cancellationToken);
        await writer.CopyAsync("participants", "threads.participants (thread_id, user_id, role, joined_seq, last_read_seq)", 2 * Plan.Threads,
            threads.SelectMany(Participants), cancellationToken);
        await writer.CopyAsync("threads", "threads.threads (id, kind, owner_id, assistant_mode, last_seq, last_message_at, created_at, updated_at)", Plan.Threads,
            threads.Select(Thread), cancellationToken);
    }

    IEnumerable<long> Threads()
    {
        for (var thread = 0L; thread < Plan.Threads; thread++) yield return thread;
    }

    int Length(long thread) => (int)Math.Min(SeedPlan.MessagesPerThread, Plan.Messages - thread * SeedPlan.MessagesPerThread);

    static long Seq(int message) => message == 0 ? FirstMessage : TurnTaken + message;

    static bool IsStaffs(int message) => message % 3 == 1;

    Guid OwnerId(long thread) => Plan.Id("patient", Owner(thread));

    Guid StaffId(long thread) => Plan.Id("staff", Staff(thread));

    Guid MessageId(long thread, int message) => Plan.Id($"{Kind} message", thread * SeedPlan.MessagesPerThread + message);

    DateTimeOffset MessageAt(long thread, int message) => OpenedAt(thread).AddMinutes(Minutes * (message + 1));

    object?[] Message(long thread, int i)
    {
        var dice = Plan.DiceFor($"{Kind} words", thread * SeedPlan.MessagesPerThread + i);
        var (senderId, role, name) = IsStaffs(i)
            ? (StaffId(thread), SenderRole.Staff, Plan.Name("staff", Staff(thread)))
            : (OwnerId(thread), SenderRole.User, Plan.Name("patient", Owner(thread)));
        return [Id(thread), Seq(i), MessageId(thread, i), senderId, RoleName(role), name, SeedWords.Text(ref dice, 4 + dice.Below(16)), MessageAt(thread, i)];
    }

    IEnumerable<object?[]> Events(long thread)
    {
        yield return [Id(thread), (long)OwnerJoins, EventTypes.ParticipantJoined, OpenedAt(thread), OwnerId(thread), null, Joined(OwnerId(thread), SenderRole.User)];
        for (var i = 0; i < Length(thread); i++)
        {
            var (at, staffId) = (MessageAt(thread, i), StaffId(thread));
            if (i == 1)
            {
                yield return [Id(thread), (long)StaffJoins, EventTypes.ParticipantJoined, at, staffId, null, Joined(staffId, SenderRole.Staff)];
                yield return [Id(thread), (long)TurnTaken, EventTypes.AssistantChanged, at, staffId, null, AssistantChange.Of(on: false)];
            }
            yield return [Id(thread), Seq(i), EventTypes.MessagePosted, at, IsStaffs(i) ? staffId : OwnerId(thread), MessageId(thread, i), null];
        }
    }

    IEnumerable<object?[]> Participants(long thread)
    {
        yield return [Id(thread), OwnerId(thread), RoleName(SenderRole.User), (long)OwnerJoins, 0L];
        if (Length(thread) > 1) yield return [Id(thread), StaffId(thread), RoleName(SenderRole.Staff), (long)StaffJoins, 0L];
    }

    object?[] Thread(long thread)
    {
        var last = Length(thread) - 1;
        var at = MessageAt(thread, last);
        return [Id(thread), Kind, OwnerId(thread), last > 0 ? "off" : "on", Seq(last), at, OpenedAt(thread), at];
    }

    static string RoleName(SenderRole role) => MessageRows.Name(role);

    static JsonElement Joined(Guid userId, SenderRole role) => JsonSerializer.SerializeToElement(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["user_id"] = $"{userId}",
        ["role"] = RoleName(role),
    });
}
