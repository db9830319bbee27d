using System.Text;
using Consilium.Modules.Assistant;
using Consilium.Platform.Text;
using Microsoft.Extensions.AI;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>Whatever people write stays in its block, and no prompt has a word of another thread.</summary>
public sealed class InjectionTests(PromptServer server) : IClassFixture<PromptServer>
{
    [Fact]
    public void There_are_many_of_them_and_each_once() => Injections.All.Distinct(StringComparer.Ordinal).Count().ShouldBe(Injections.All.Length);

    [Fact]
    public void There_are_at_least_60() => Injections.All.Length.ShouldBeGreaterThanOrEqualTo(60);

    [Fact]
    public async Task None_leaves_its_block_as_message_title_description_or_question()
    {
        var other = await AskedThread.OpenAsync(server);
        await other.OwnerWritesAsync("foreign words");
        var plain = await PromptAsync("Plain");
        foreach (var injection in Injections.All)
        {
            var sent = await PromptAsync(injection);

            sent.Select(m => m.Role).ShouldBe(plain.Select(m => m.Role), injection);
            sent[0].Text.ShouldBe(plain[0].Text);
            var clean = InvisibleCharacters.RemoveAll(injection);
            var composed = (await server.Database.ScalarAsync<string>("SELECT normalize($1, NFC)", clean))!;
            PromptReader.Read(sent).Select(b => (b.Name, b.Text)).ShouldBe([
                ("title", composed), ("description", composed), ("message", composed), ("assistant", PromptBlock.Defuse(composed)), ("message", composed), ("question", composed),
            ]);
            ShouldHideNothing(sent);
            sent.ShouldAllBe(m => !m.Text.Contains("foreign words", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task None_leaves_the_question_when_the_description_is_the_question()
    {
        foreach (var injection in Injections.All)
        {
            var thread = await AskedThread.OpenAsync(server);
            var prompt = await server.PromptAsync(thread.Id, thread.Id, null, new(injection, injection));
            var read = PromptReader.Read(prompt.ShouldNotBeNull().MessagesFor(8_000));
            read.Select(b => b.Name).ShouldBe(["title", "question"], injection);
            read[0].Text.ShouldBe(read[1].Text);
        }
    }

    /// <summary>A thread in which everybody, the assistant too, says the same; the first message is the owner's, the fourth the question.</summary>
    async Task<IReadOnlyList<ChatMessage>> PromptAsync(string text)
    {
        var thread = await AskedThread.OpenAsync(server);
        await thread.OwnerWritesAsync(text);
        await server.AssistantSaysAsync(thread, text);
        await thread.OwnerWritesAsync(text);
        var question = await thread.OwnerWritesAsync(text);
        return (await server.PromptAsync(thread.Id, question.Id, text, new(text, text))).ShouldNotBeNull().MessagesFor(16_000);
    }

    static void ShouldHideNothing(IEnumerable<ChatMessage> sent)
    {
        var people = string.Concat(sent.Where(m => m.Role != ChatRole.System).Select(m => m.Text));
        people.EnumerateRunes().ShouldAllBe(rune => rune == new Rune('\n') || rune == new Rune('\t') || !InvisibleCharacters.RemoveAll(rune.ToString()).Equals("", StringComparison.Ordinal));
        foreach (var word in (string[])["<|", "[INST]", "[/INST]", "<<SYS", "<s>", "</s>", "<\uFF5C", "<start_of_turn>", "[TOOL_CALLS]", "<think>"])
            people.ShouldNotContain(word);
    }
}

/// <summary>A server without workers, whose prompts tests ask for by themselves.</summary>
public sealed class PromptServer : Server
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; init; } =
        new Dictionary<string, string?>(StringComparer.Ordinal) { ["Assistant:Workers"] = "0" };
}
