using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Threads.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>What people see: one answer to each question, live, in order.</summary>
public sealed class AnswerTests(Server server) : IClassFixture<Server>
{
    [Fact]
    public async Task A_question_is_answered_once_and_live()
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync("hello");

        var end = await thread.EndOfRunAsync(question);

        end.Text("status").ShouldBe("completed");
        end.TryGetProperty("reason", out _).ShouldBeFalse();
        (await thread.EventTypesAsync()).ShouldBe([
            EventTypes.ParticipantJoined, EventTypes.MessagePosted, EventTypes.RunStarted,
            EventTypes.ParticipantJoined, EventTypes.MessagePosted, EventTypes.RunFinished]);
        var answer = (await thread.AnswersAsync()).ShouldHaveSingleItem();
        answer.Content.ShouldBe("Hello! How can I assist you today?");
        answer.SenderId.ShouldBe(AssistantAccount.Id);
        answer.SenderName.ShouldBe(AssistantAccount.Name);
        answer.ReplyTo.ShouldBe(question.Id);
        answer.RunId.ShouldBe(question.RunId);
        answer.Ai!.Value.Text("provider").ShouldBe("built-in");
        answer.Ai!.Value.Text("model").ShouldBe("rules");
        answer.Ai!.Value.GetProperty("citations").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task The_start_of_a_run_names_run_and_question()
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync("hello");

        var started = await thread.LiveAsync(e => e.Type == EventTypes.RunStarted);

        started.ActorId.ShouldBe(AssistantAccount.Id);
        started.Data!.Value.Id("run_id").ShouldBe(question.RunId!.Value);
        started.Data!.Value.Id("question_id").ShouldBe(question.Id);
    }

    [Fact]
    public async Task A_finished_run_keeps_what_answered_and_when()
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync("hello");
        await thread.EndOfRunAsync(question);

        var answer = (await thread.AnswersAsync()).ShouldHaveSingleItem();
        (await server.Database.ScalarAsync<bool>("""
            SELECT status = 'completed' AND answer_id = $2 AND provider = 'built-in' AND model = 'rules'
                AND created_at <= started_at AND started_at <= finished_at
            FROM assistant.runs WHERE question_id = $1
            """, question.Id, answer.Id)).ShouldBeTrue();
        (await server.Database.ScalarAsync<string>("SELECT status FROM assistant.access_runs WHERE id = $1", question.RunId!.Value))
            .ShouldBe("completed");
    }

    [Fact]
    public async Task Questions_of_one_thread_are_answered_in_order()
    {
        var thread = await AskedThread.OpenAsync(server);
        var questions = new List<ThreadMessage>();
        foreach (var text in (string[])["hello", "help", "why?", "thanks", "so it is"]) questions.Add(await thread.AskAsync(text));

        foreach (var question in questions) await thread.EndOfRunAsync(question);

        (await thread.AnswersAsync()).Select(a => a.ReplyTo!.Value).ShouldBe(questions.Select(q => q.Id));
    }

    [Fact]
    public async Task A_message_that_asks_nobody_has_no_run()
    {
        var thread = await AskedThread.OpenAsync(server);
        var message = await thread.OwnerWritesAsync("hello");

        message.RunId.ShouldBeNull();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.runs WHERE thread_id = $1", thread.Id)).ShouldBe(0);
    }

    [Fact]
    public async Task Once_a_person_has_the_turn_questions_have_no_run()
    {
        var thread = await AskedThread.OpenAsync(server);
        await thread.StaffWritesAsync("I take this.");

        var message = await thread.AskAsync("hello");

        message.RunId.ShouldBeNull();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.runs WHERE thread_id = $1", thread.Id)).ShouldBe(0);
    }

    [Fact]
    public async Task A_question_that_is_rolled_back_leaves_no_run()
    {
        var thread = await AskedThread.OpenAsync(server);
        await Should.ThrowAsync<InvalidOperationException>(() => thread.InTransactionAsync<IMessages, bool>(async messages =>
        {
            (await messages.PostAsync(thread.Question("hello"), default)).Outcome.ShouldBe(PostOutcome.Posted);
            throw new InvalidOperationException("The request fails after the post.");
        }));

        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.runs WHERE thread_id = $1", thread.Id)).ShouldBe(0);
        (await thread.EventTypesAsync()).ShouldBe([EventTypes.ParticipantJoined]);
    }

    [Fact]
    public async Task A_question_that_is_posted_twice_with_one_token_has_one_run()
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = thread.Question("hello") with { ClientToken = "once" };
        await using var scope = server.Services.CreateAsyncScope();
        var messages = scope.ServiceProvider.GetRequiredService<IMessages>();

        var first = await messages.PostAsync(question, default);
        var second = await messages.PostAsync(question, default);

        second.Outcome.ShouldBe(PostOutcome.Replayed);
        second.Message!.RunId.ShouldBe(first.Message!.RunId);
        await thread.EndOfRunAsync(first.Message!);
        (await thread.AnswersAsync()).ShouldHaveSingleItem();
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM assistant.runs WHERE thread_id = $1", thread.Id)).ShouldBe(1);
    }
}

/// <summary>What is there before any worker has looked.</summary>
public sealed class QueuedRunTests(QueuedRunTests.ServerWithoutWorkers server) : IClassFixture<QueuedRunTests.ServerWithoutWorkers>
{
    [Fact]
    public async Task Question_and_run_are_of_one_transaction()
    {
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.AskAsync("hello");

        (await server.Database.ScalarAsync<bool>("""
            SELECT r.xmin = m.xmin AND r.status = 'queued' AND r.question_id = m.id AND r.question_seq = m.seq AND r.thread_kind = 'case'
            FROM assistant.runs r JOIN threads.messages m ON m.run_id = r.id WHERE r.id = $1
            """, question.RunId!.Value)).ShouldBeTrue();
    }

    public sealed class ServerWithoutWorkers : Server
    {
        protected override IReadOnlyDictionary<string, string?> Settings { get; init; } =
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["Assistant:Workers"] = "0" };
    }
}
