using System.Net;
using System.Text.Json;
using Consilium.Tests.Modules.Cases;
using FsCheck;
using FsCheck.Fluent;

namespace Consilium.Tests.Modules.Threads;

/// <summary>Whatever happens in a case: a snapshot and the events after it make the same as a fresh snapshot.</summary>
public sealed class SnapshotTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public void A_snapshot_and_the_events_after_it_equal_a_fresh_snapshot()
    {
        var step = Gen.Choose(0, 3).SelectMany(_ => Gen.Choose(0, (int)Action.Count - 1), (who, what) => (who, what))
            .SelectMany(_ => Gen.Choose(0, 99), (step, which) => new Step(step.who, (Action)step.what, which));
        var run = Gen.Choose(1, 30).SelectMany(length => Gen.ListOf(step, length), (_, steps) => steps.ToList())
            .SelectMany(steps => Gen.Choose(0, steps.Count), (steps, at) => new Run(steps, at));

        // A failing run is printed after shrinking, with the seed that replays it.
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(40).WithEndSize(40), Prop.ForAll(Arb.From(run, Shrink), run => HoldsAsync(run)));
    }

    async Task HoldsAsync(Run run)
    {
        var id = await server.Owner.OpenCaseAsync();
        Snapshot? taken = null;
        EventStream? live = null;
        for (var i = 0; i <= run.Steps.Count; i++)
        {
            if (i == run.SnapshotAt)
            {
                taken = await Snapshot.TakeAsync(server, id);
                // Half of the clients follow while it happens, half come back later.
                if (run.SnapshotAt % 2 == 0) live = await EventStream.OpenAsync(server.Staff, $"/cases/{id}/events?after={taken.LastSeq}");
            }
            if (i < run.Steps.Count) await ActAsync(id, run.Steps[i], i);
        }
        var fresh = await Snapshot.TakeAsync(server, id);
        await using var stream = live ?? await EventStream.OpenAsync(server.Staff, $"/cases/{id}/events?after={taken!.LastSeq}");
        if (fresh.LastSeq > taken!.LastSeq)
            foreach (var frame in await stream.UpToAsync(fresh.LastSeq)) taken.Apply(frame.Data);

        taken.ToString().ShouldBe(fresh.ToString());
        await server.Database.ShouldHaveNoGapAsync(id);
    }

    async Task ActAsync(Guid id, Step step, int number)
    {
        var who = ((Client[])[server.Owner, server.Staff, server.Colleague, server.Admin])[step.Who];
        var answer = step.What switch
        {
            Action.Say => await who.TrySayAsync(id, $"Message {number}"),
            Action.SayAgain => await who.TrySayAsync(id, $"Message {number}", token: $"{step.Which % 3}"),
            Action.SayWithKey => await who.TrySayAsync(id, $"Message {number}", headers: ("Idempotency-Key", $"{number}")),
            Action.Reply => await who.TrySayAsync(id, $"Reply {number}", replyTo: await SomeMessageAsync(id, step.Which)),
            Action.SayWithFile => await who.TrySendAsync(id, [await server.UploadedAsync(who, id), await server.UploadedAsync(who, id)], $"{step.Which % 5}"),
            Action.ChangeFile => await ChangeFileAsync(id, step.Which, number),
            Action.Edit => await who.TryEditAsync(id, await SomeMessageAsync(id, step.Which), $"Edited {number}"),
            Action.Retract => await who.TryRetractAsync(id, await SomeMessageAsync(id, step.Which)),
            Action.Read => await who.PutJsonAsync($"/cases/{id}/read", new { seq = (await who.CaseAsync(id)).Number("last_seq") * step.Which / 99 }),
            Action.Close => await who.PutJsonAsync($"/cases/{id}/close"),
            Action.Reopen => await who.PutJsonAsync($"/cases/{id}/reopen"),
            Action.Assistant => await who.PutJsonAsync($"/cases/{id}/assistant", new { mode = step.Which % 2 == 0 ? "on" : "off" }),
            _ => await who.PutJsonAsync($"/cases/{id}/assign", new { assignee_id = step.Which % 2 == 0 ? server.Staff.UserId : (Guid?)null }),
        };
        ((int)answer.StatusCode).ShouldBeOneOf([200, 201, 204, 400, 403, 404, 409]);
    }

    /// <summary>Something happens to the last file of one of the messages, as jobs in the background do it.</summary>
    async Task<HttpResponseMessage> ChangeFileAsync(Guid id, int which, int number)
    {
        var withFiles = (await server.Staff.MessagesAsync(id)).FindAll(m => m.Attached().Count > 0);
        if (withFiles.Count == 0) return new(HttpStatusCode.NotFound);
        var message = withFiles[which % withFiles.Count];
        await server.ChangeFileAsync(id, message.Id(), message.Attached()[^1], $"Renamed {number}");
        return new(HttpStatusCode.OK);
    }

    /// <summary>The id of one of the messages, or of none.</summary>
    async Task<Guid> SomeMessageAsync(Guid id, int which)
    {
        var messages = await server.Staff.MessagesAsync(id);
        return messages.Count == 0 ? Guid.CreateVersion7() : messages[which % messages.Count].Id();
    }

    static IEnumerable<Run> Shrink(Run run)
    {
        for (var i = 0; i < run.Steps.Count; i++)
            yield return new([.. run.Steps.Where((_, at) => at != i)], run.SnapshotAt > i ? run.SnapshotAt - 1 : run.SnapshotAt);
    }

    enum Action { Say, SayAgain, SayWithKey, SayWithFile, ChangeFile, Reply, Edit, Retract, Read, Close, Reopen, Assistant, Assign, Count }

    sealed record Step(int Who, Action What, int Which);

    sealed record Run(List<Step> Steps, int SnapshotAt)
    {
        public override string ToString() => $"snapshot at {SnapshotAt} of [{string.Join(", ", Steps)}]";
    }

    /// <summary>All that a client can know of a case, and how it follows.</summary>
    sealed class Snapshot
    {
        readonly SortedDictionary<long, string> messages = [];
        readonly SortedDictionary<Guid, long> marks = [];
        string? status, closedAt, assistantMode, assigneeId, lastMessageAt, updatedAt;

        public long LastSeq { get; private set; }

        public static async Task<Snapshot> TakeAsync(CaseServer server, Guid id)
        {
            var state = await server.Staff.CaseAsync(id);
            var taken = new Snapshot
            {
                status = state.Text("status"),
                closedAt = state.Text("closed_at"),
                assistantMode = state.Text("assistant_mode"),
                assigneeId = state.Text("assignee_id"),
                lastMessageAt = state.Text("last_message_at"),
                updatedAt = state.Text("updated_at"),
                LastSeq = state.Number("last_seq"),
            };
            foreach (var message in await server.Staff.MessagesAsync(id)) taken.messages[message.Number("seq")] = message.GetRawText();
            // Read marks have no route of their own; who takes part is known from events alone.
            foreach (var user in await server.Database.ColumnAsync<Guid>("SELECT user_id FROM threads.participants WHERE thread_id = $1", id))
                taken.marks[user] = await server.Database.ScalarAsync<long>(
                    "SELECT last_read_seq FROM threads.participants WHERE thread_id = $1 AND user_id = $2", id, user);
            return taken;
        }

        public void Apply(JsonElement happened)
        {
            LastSeq.ShouldBe(happened.Number("seq") - 1);
            LastSeq++;
            var (type, at) = (happened.Text("type"), happened.Text("at"));
            if (type is not ("read" or "participant.joined" or "attachment.changed")) updatedAt = at;
            switch (type)
            {
                case "message.posted" or "message.edited" or "message.retracted" or "attachment.changed":
                    if (type == "message.posted") lastMessageAt = at;
                    var message = happened.GetProperty("message");
                    messages[message.Number("seq")] = message.GetRawText();
                    break;
                case "thread.closed":
                    (status, closedAt) = ("closed", at);
                    break;
                case "thread.reopened":
                    (status, closedAt) = ("open", null);
                    break;
                case "participant.joined":
                    marks.Add(happened.Id("user_id"), 0);
                    break;
                case "read":
                    marks[happened.Id("actor_id")] = happened.Number("last_read_seq");
                    break;
                case "assistant.changed":
                    assistantMode = happened.Text("mode");
                    break;
                case "case.assigned":
                    assigneeId = happened.Text("assignee_id");
                    break;
                default:
                    throw new InvalidOperationException($"Nobody knows what to do with {type}.");
            }
        }

        public override string ToString() => string.Join('\n',
            [$"{LastSeq} {status} {closedAt} {assistantMode} {assigneeId} {lastMessageAt} {updatedAt}", .. messages.Values,
                .. marks.Select(m => $"{m.Key} {m.Value}")]);
    }
}
