using Consilium.Modules.Assistant;
using Consilium.Modules.Threads.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>Readers of answers: while they are written and after, from any place.</summary>
public sealed class FollowTests(BusyScriptedServer server) : IClassFixture<BusyScriptedServer>
{
    [Fact]
    public async Task Text_is_read_as_it_is_written_and_the_end_comes_with_the_message()
    {
        var (thread, question, attempt) = await HeldAsync("as it is written");
        await using var reader = thread.Read(question.RunId!.Value);

        attempt.Say("The ");
        (await reader.UpToAsync(4)).ShouldBe("The ");
        attempt.Say("clinic ");
        attempt.Say("opens.");
        (await reader.UpToAsync(17)).ShouldBe("The clinic opens.");
        attempt.Answer();
        var end = await reader.ToEndAsync();

        var message = (await thread.AnswersAsync()).ShouldHaveSingleItem();
        message.Content.ShouldBe(reader.Text);
        end.ShouldBe(new(question.RunId.Value, thread.Id, question.Id, "completed", null, message.Id));
    }

    [Fact]
    public async Task What_a_reader_sees_is_in_the_database_already()
    {
        var (thread, question, attempt) = await HeldAsync("durable");
        await using var reader = thread.Read(question.RunId!.Value);
        for (var i = 0; i < 20; i++)
        {
            attempt.Say($"{i} ");
            await reader.UpToAsync(reader.Text.Length + 1);
            (await server.Database.ScalarAsync<string>(
                "SELECT string_agg(content, '' ORDER BY end_offset) FROM assistant.pieces WHERE run_id = $1", question.RunId.Value))!
                .ShouldStartWith(reader.Text);
        }
        attempt.Answer();
        await reader.ToEndAsync();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.pieces WHERE run_id = $1", question.RunId.Value)).ShouldBe(0);
    }

    [Fact]
    public async Task Readers_cut_at_random_places_get_the_whole_text_once()
    {
        var tokens = Enumerable.Range(0, 120).Select(i => (i % 5) switch { 0 => "🕘", 1 => "\r\n", 2 => $"öffnet{i}", 3 => " ", _ => "語語" }).ToArray();
        var (thread, question, attempt) = await HeldAsync("cut at random");
        var readers = Enumerable.Range(1, 25).Select(seed => ReadInCutsAsync(thread, question.RunId!.Value, new DrawnFrom(seed))).ToList();
        foreach (var token in tokens)
        {
            attempt.Say(token);
            await Task.Delay(2);
        }
        attempt.Answer();
        var expected = string.Concat(tokens).ReplaceLineEndings("\n");

        foreach (var text in await Task.WhenAll(readers)) text.ShouldBe(expected);
        (await ReadInCutsAsync(thread, question.RunId!.Value, new DrawnFrom(99))).ShouldBe(expected); // and once it is finished
        (await thread.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe(expected);
    }

    [Fact]
    public async Task Line_ends_and_characters_that_are_split_over_tokens_come_whole()
    {
        var (thread, question, attempt) = await HeldAsync("split");
        await using var reader = thread.Read(question.RunId!.Value);
        foreach (var token in (string[])["a\r", "\nb", "\ud83d", "\udd58", "\0", "\udd58c\r"])
        {
            attempt.Say(token);
            await Task.Delay(30); // a round of writing in between
        }
        attempt.Answer();
        await reader.ToEndAsync();

        reader.Text.ShouldBe("a\nb🕘\ufffdc\n");
        (await thread.AnswersAsync()).ShouldHaveSingleItem().Content.ShouldBe(reader.Text);
    }

    [Fact]
    public async Task A_finished_answer_is_replayed_from_any_place()
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync("finished");
        await thread.EndOfRunAsync(question);
        var text = (await thread.AnswersAsync()).ShouldHaveSingleItem().Content;

        for (var offset = 0; offset <= text.Length; offset++)
        {
            await using var reader = thread.Read(question.RunId!.Value, offset);
            (await reader.ToEndAsync()).Status.ShouldBe("completed");
            reader.Text.ShouldBe(text[offset..]);
        }
    }

    [Theory]
    [InlineData(-1), InlineData(2), InlineData(100)]
    public async Task A_place_that_was_never_shown_is_refused(int offset)
    {
        var (thread, question, attempt) = await HeldAsync($"never shown {offset}");
        await using var first = thread.Read(question.RunId!.Value);
        attempt.Say("a🕘");
        await first.UpToAsync(3);

        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => { await using var reader = thread.Read(question.RunId.Value, offset); await reader.NextAsync(); });
        attempt.Answer();
        await first.ToEndAsync();
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => { await using var reader = thread.Read(question.RunId.Value, offset); await reader.NextAsync(); });
    }

    [Fact]
    public async Task A_retracted_answer_is_not_replayed()
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync("retracted answer");
        await thread.EndOfRunAsync(question);
        await thread.RetractAsync((await thread.AnswersAsync()).ShouldHaveSingleItem(), others: true);

        foreach (var offset in (int[])[0, 5])
        {
            await using var reader = thread.Read(question.RunId!.Value, offset);
            (await reader.ToEndAsync()).Status.ShouldBe("completed");
            reader.Text.ShouldBe("");
        }
    }

    [Fact]
    public async Task Readers_of_a_run_that_fails_are_told_so_wherever_they_are()
    {
        var thread = await AskedThread.OpenAsync(server);
        var attempts = Enumerable.Range(0, 5).Select(_ => server.Script.HoldNext("fails in the middle")).ToList();
        var question = await thread.AskAsync("fails in the middle");
        await using var reader = thread.Read(question.RunId!.Value);
        attempts[0].Say("It begins");
        await reader.UpToAsync(9);
        foreach (var attempt in attempts) attempt.Fail("timeout");

        (await reader.ToEndAsync()).Reason.ShouldBe("answer_failed");
        reader.Text.ShouldBe("It begins");
        await using var late = thread.Read(question.RunId.Value, 9);
        (await late.ToEndAsync()).Status.ShouldBe("failed");
        (await thread.AnswersAsync()).ShouldBeEmpty();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.pieces WHERE run_id = $1", question.RunId.Value)).ShouldBe(0);
    }

    [Fact]
    public async Task Many_readers_share_one_tail_which_is_forgotten_with_the_last()
    {
        var (thread, question, attempt) = await HeldAsync("shared");
        var feed = server.Services.GetRequiredService<RunFeed>();
        var readers = Enumerable.Range(0, 50).Select(_ => thread.Read(question.RunId!.Value)).ToList();
        attempt.Say("for all");
        foreach (var reader in readers) await reader.UpToAsync(7);
        feed.IsRead(question.RunId!.Value).ShouldBeTrue();

        foreach (var reader in readers) await reader.DisposeAsync();

        feed.IsRead(question.RunId.Value).ShouldBeFalse();
        attempt.Answer();
        await thread.EndOfRunAsync(question);
    }

    [Fact]
    public async Task Of_a_run_that_is_not_there_nothing_comes()
    {
        await using var reader = (await AskedThread.OpenAsync(server)).Read(Guid.CreateVersion7());
        (await reader.NextAsync()).ShouldBeFalse();
    }

    async Task<(AskedThread Thread, ThreadMessage Question, Script.Attempt Attempt)> HeldAsync(string text)
    {
        var thread = await AskedThread.OpenAsync(server);
        var attempt = server.Script.HoldNext(text);
        var question = await thread.AskAsync(text);
        await attempt.Begun;
        return (thread, question, attempt);
    }

    /// <summary>Reads a few updates, goes away, and comes back where it was, until the end.</summary>
    static async Task<string> ReadInCutsAsync(AskedThread thread, Guid runId, DrawnFrom draw)
    {
        var text = "";
        while (true)
        {
            await using var reader = thread.Read(runId, text.Length);
            for (var left = draw.Below(4) + 1; left > 0 && await reader.NextAsync(); left--)
            {
                if (reader.End is not null) return text + reader.Text;
            }
            // Back to some place that was shown before the last: what it is given again must be the same.
            text += reader.Text;
            var back = Math.Max(0, text.Length - draw.Below(8));
            if (back > 0 && back < text.Length && char.IsLowSurrogate(text[back])) back--;
            await using (var again = thread.Read(runId, back))
                if (back < text.Length) (await again.UpToAsync(text.Length - back)).ShouldStartWith(text[back..]);
        }
    }

    /// <summary>Numbers that are the same for the same seed.</summary>
    sealed class DrawnFrom(int seed)
    {
        uint state = (uint)seed * 2654435761u;

        public int Below(int limit)
        {
            state = state * 1664525 + 1013904223;
            return (int)(state >> 8) % limit;
        }
    }
}
