using Consilium.Modules.Assistant;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>What a run's prompt is made of.</summary>
public sealed class PromptsTests(PromptServer server) : IClassFixture<PromptServer>
{
    [Fact]
    public async Task It_has_the_instructions_the_subject_what_was_said_before_and_the_question()
    {
        var thread = await AskedThread.OpenAsync(server);
        await thread.OwnerWritesAsync("It hurts.");
        await server.AssistantSaysAsync(thread, "Since when?");
        var question = await thread.OwnerWritesAsync("Since Monday. What now?");
        await thread.OwnerWritesAsync("Said after the question.");

        var prompt = (await server.PromptAsync(thread.Id, question.Id, "Since Monday. What now?", new("Knee", "My knee"))).ShouldNotBeNull();

        prompt.Version.ShouldBe("case/1");
        prompt.Question.ShouldBe("Since Monday. What now?");
        prompt.Instructions.ShouldStartWith("You are Consilium Assistant");
        var sent = prompt.MessagesFor(8_000);
        sent.Select(m => m.Role).ShouldBe([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.User]);
        PromptReader.Read(sent).Select(b => (b.Name, b.Text)).ShouldBe([
            ("title", "Knee"), ("description", "My knee"), ("message", "It hurts."), ("assistant", "Since when?"), ("question", "Since Monday. What now?")]);
    }

    [Fact]
    public async Task Blocks_say_who_wrote_and_under_which_number()
    {
        var thread = await AskedThread.OpenAsync(server);
        var first = await thread.OwnerWritesAsync("One");
        var staff = await thread.StaffWritesAsync("Two");
        var question = await thread.OwnerWritesAsync("Three");

        var prompt = await server.PromptAsync(thread.Id, question.Id, "Three");

        PromptReader.Read(prompt!.MessagesFor(8_000)).Select(b => b.Label).ShouldBe([
            $"message number=\"{first.Seq}\" from=\"user\"", $"message number=\"{staff.Seq}\" from=\"staff\"", $"question number=\"{question.Seq}\" from=\"user\""]);
    }

    [Fact]
    public async Task What_was_retracted_is_not_in_it()
    {
        var thread = await AskedThread.OpenAsync(server);
        await thread.OwnerWritesAsync("Stays");
        await thread.RetractAsync(await thread.OwnerWritesAsync("Goes"));
        var question = await thread.OwnerWritesAsync("Why?");

        PromptReader.Read((await server.PromptAsync(thread.Id, question.Id, "Why?"))!.MessagesFor(8_000)).Select(b => b.Text).ShouldBe(["Stays", "Why?"]);
    }

    [Fact]
    public async Task There_is_none_for_a_question_that_was_retracted_or_is_another_threads()
    {
        var (thread, other) = (await AskedThread.OpenAsync(server), await AskedThread.OpenAsync(server));
        var question = await thread.OwnerWritesAsync("Why?");
        (await server.PromptAsync(other.Id, question.Id, "Why?")).ShouldBeNull();
        (await server.PromptAsync(thread.Id, question.Id, null)).ShouldBeNull();
        await thread.RetractAsync(question);
        (await server.PromptAsync(thread.Id, question.Id, "Why?")).ShouldBeNull();
    }

    [Fact]
    public async Task A_description_that_is_the_question_is_there_once()
    {
        var thread = await AskedThread.OpenAsync(server);
        await thread.OwnerWritesAsync("Said later.");

        var prompt = (await server.PromptAsync(thread.Id, thread.Id, null, new("Printer", "It does not print."))).ShouldNotBeNull();

        prompt.Question.ShouldBe("It does not print.");
        PromptReader.Read(prompt.MessagesFor(8_000)).Select(b => (b.Label, b.Text)).ShouldBe([("title", "Printer"), ("question from=\"user\"", "It does not print.")]);
        (await server.PromptAsync(thread.Id, thread.Id, null, null)).ShouldBeNull();
    }

    [Fact]
    public async Task Texts_are_composed_and_without_what_nobody_sees_and_the_stored_ones_stay()
    {
        const string written = "Gro\u0308\u00dfe\u200b 5\u202e mg";
        var thread = await AskedThread.OpenAsync(server);
        var question = await thread.OwnerWritesAsync(written);

        var prompt = (await server.PromptAsync(thread.Id, question.Id, written, new("A\u030A", "x\U000E0041"))).ShouldNotBeNull();

        PromptReader.Read(prompt.MessagesFor(8_000)).Select(b => b.Text).ShouldBe(["\u00c5", "x", "Gr\u00f6\u00dfe 5 mg"]);
        prompt.Question.ShouldBe(written);
        (await server.Database.ScalarAsync<string>("SELECT content FROM threads.messages WHERE id = $1", question.Id)).ShouldBe(written);
    }

    [Fact]
    public async Task Of_a_very_long_thread_the_newest_messages_are_read()
    {
        var thread = await AskedThread.OpenAsync(server);
        await Task.WhenAll(Enumerable.Range(0, 520).Select(n => thread.OwnerWritesAsync($"Message {n}")));
        var question = await thread.OwnerWritesAsync("Why?");

        var prompt = (await server.PromptAsync(thread.Id, question.Id, "Why?")).ShouldNotBeNull();

        prompt.History.Count.ShouldBe(500);
        prompt.HasEarlier.ShouldBeTrue();
        PromptReader.Read(prompt.MessagesFor(100_000))[0].Name.ShouldBe("omitted");
    }

    [Fact]
    public async Task A_cases_title_and_description_come_from_its_door()
    {
        using var owner = await server.SignedInAsync("user");
        var id = await owner.OpenCaseAsync("It <b>hurts</b>.", "Knee");
        var question = (await owner.SayAsync(id, "Why?")).Id();
        await using var scope = server.Services.CreateAsyncScope();

        var prompt = await scope.ServiceProvider.GetRequiredService<Prompts>().BuildAsync(PromptCalls.RunOf(id, "case", question, "Why?"), default);

        PromptReader.Read(prompt!.MessagesFor(8_000)).Select(b => b.Text).ShouldBe(["Knee", "It <b>hurts</b>.", "Why?"]);
    }

    [Fact]
    public async Task Every_kind_of_thread_with_a_subject_has_a_prompt_file()
    {
        await using var scope = server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetServices<IThreadSubjects>().Select(s => s.Kind).ShouldBeSubsetOf(PromptFiles.Kinds);
    }
}
