using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Threads;

/// <summary>Numbers 1..n without a gap, whoever writes at the same time.</summary>
public sealed class NumberingTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task Many_writers_of_all_kinds_to_one_thread() => await WriteAsync([await server.Owner.OpenCaseAsync()], writers: 8, steps: 14);

    [Fact]
    public async Task Many_writers_of_all_kinds_to_many_threads()
    {
        var threads = new List<Guid>();
        for (var i = 0; i < 12; i++) threads.Add(await server.Owner.OpenCaseAsync());
        await WriteAsync(threads, writers: 12, steps: 12);
    }

    async Task WriteAsync(List<Guid> threads, int writers, int steps)
    {
        Client[] people = [server.Owner, server.Staff, server.Colleague, server.Admin];
        var posted = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            var sent = new List<Guid>();
            for (var step = 0; step < steps; step++)
            {
                var (who, thread) = (people[random.Next(people.Length)], threads[random.Next(threads.Count)]);
                if (await ActAsync(who, thread, random.Next(12), $"{writer}.{step}") is { } message) sent.Add(message);
            }
            return sent;
        })));

        foreach (var thread in threads) await server.Database.ShouldHaveNoGapAsync(thread);
        var kept = await server.Database.ColumnAsync<Guid>("SELECT id FROM threads.messages WHERE thread_id = ANY ($1)", threads.ToArray());
        kept.ShouldBe(posted.SelectMany(p => p).Distinct(), ignoreOrder: true);
        var one = threads[^1];
        (await server.Owner.EventsAsync(one)).Select(e => e.Number("seq")).ShouldBe(
            await server.Database.ColumnAsync<long>("SELECT seq FROM threads.events WHERE thread_id = $1 ORDER BY seq", one));
    }

    /// <summary>Returns the message that was posted, if one was.</summary>
    static async Task<Guid?> ActAsync(Client who, Guid thread, int action, string mark)
    {
        var answer = action switch
        {
            < 4 => await who.TrySayAsync(thread, $"Message {mark}"),
            4 => await who.TrySayAsync(thread, $"Token {mark}", token: mark),
            5 => await who.TrySayAsync(thread, $"Key {mark}", headers: ("Idempotency-Key", mark)),
            6 => await EditAsync(who, thread, mark),
            7 or 8 => await who.PutJsonAsync($"/cases/{thread}/read", new { seq = (await who.CaseAsync(thread)).Number("last_seq") }),
            9 => await who.PutJsonAsync($"/cases/{thread}/close"),
            10 => await who.PutJsonAsync($"/cases/{thread}/reopen"),
            _ => await who.PutJsonAsync($"/cases/{thread}/assistant", new { mode = mark.Length % 2 == 0 ? "on" : "off" }),
        };
        ((int)answer.StatusCode).ShouldBeOneOf([200, 201, 204, 403, 409]);
        return (int)answer.StatusCode == 201 ? (await answer.ShouldAnswerAsync(201)).Id() : null;
    }

    static async Task<HttpResponseMessage> EditAsync(Client who, Guid thread, string mark)
    {
        var own = (await who.MessagesAsync(thread)).LastOrDefault(m => m.Id("sender_id") == who.UserId);
        return own.ValueKind == default
            ? await who.PutJsonAsync($"/cases/{thread}/reopen")
            : await who.TryEditAsync(thread, own.Id(), $"Edited {mark}");
    }
}
