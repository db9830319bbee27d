using Consilium.Modules.Assistant;

namespace Consilium.Tests.Modules.Assistant;

public sealed class BuiltInRulesTests
{
    const string Greeting = "Hello! How can I assist you today?";
    const string Help = "I'm here to help! What do you need assistance with?";
    const string Question = "That's an interesting question. Let me think about that...";
    const string Thanks = "You're welcome! Is there anything else I can help with?";
    const string Otherwise = "I understand. Can you tell me more about that?";

    [Theory]
    [InlineData("hello", Greeting)]
    [InlineData("Hi there", Greeting)]
    [InlineData("HEY!", Greeting)]
    [InlineData("oh, hi.", Greeting)]
    [InlineData("line one\nhey", Greeting)]
    [InlineData("please help", Help)]
    [InlineData("HELP", Help)]
    [InlineData("what is this?", Question)]
    [InlineData("?", Question)]
    [InlineData("Thanks a lot", Thanks)]
    [InlineData("thank you", Thanks)]
    [InlineData("THANK YOU.", Thanks)]
    [InlineData("thank\n you", Thanks)]
    [InlineData("My bill is wrong.", Otherwise)]
    public void The_first_rule_that_matches_answers(string question, string answer) => BuiltInRules.AnswerTo(question).ShouldBe(answer);

    [Theory]
    [InlineData("hi, can you help me? thanks", Greeting)]
    [InlineData("thanks for the help?", Help)]
    [InlineData("thank you, but why?", Question)]
    public void Rules_are_tried_in_order(string question, string answer) => BuiltInRules.AnswerTo(question).ShouldBe(answer);

    [Theory]
    [InlineData("this chip, they say")]
    [InlineData("helpless and unhelpful")]
    [InlineData("othello")]
    [InlineData("a thankless task")]
    [InlineData("thankyou")]
    [InlineData("hi5")]
    public void Parts_of_words_match_nothing(string question) => BuiltInRules.AnswerTo(question).ShouldBe(Otherwise);

    [Theory]
    [InlineData("hí", Otherwise)]
    [InlineData("hi\u0301", Otherwise)]
    [InlineData("ähi", Otherwise)]
    [InlineData("hiя", Otherwise)]
    [InlineData("我的账单有误。", Otherwise)]
    [InlineData("שלום", Otherwise)]
    [InlineData("👋 hi 👋", Greeting)]
    [InlineData("«hello»", Greeting)]
    [InlineData("こんにちは hello", Greeting)]
    [InlineData("怎么办?", Question)]
    public void Letters_of_every_script_make_words(string question, string answer) => BuiltInRules.AnswerTo(question).ShouldBe(answer);

    [Fact]
    public async Task The_answer_comes_in_pieces_of_one_text()
    {
        var steps = await new BuiltInRules().AnswerAsync(new(new("test/1", "", [], "hello"), "", Guid.Empty), default).ToListAsync();
        string.Concat(steps.OfType<AnswerText>().Select(step => step.Text)).ShouldBe(Greeting);
    }

    [Fact]
    public void A_long_text_of_near_misses_is_answered_at_once() =>
        BuiltInRules.AnswerTo(string.Concat(Enumerable.Repeat("thank ", 3_400))).ShouldBe(Otherwise);
}
