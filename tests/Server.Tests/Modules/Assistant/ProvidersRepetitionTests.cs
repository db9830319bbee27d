using Consilium.Modules.Assistant;

namespace Consilium.Tests.Modules.Assistant;

public sealed class ProvidersRepetitionTests
{
    const string Said = "Take one tablet in the morning and one in the";

    [Theory]
    [InlineData(" evening.", " evening.")]
    [InlineData("Take one tablet in the morning and one in the evening.", " evening.")]
    [InlineData("\n\nTake one tablet in the morning and one in the evening.", " evening.")]
    [InlineData("the morning and one in the evening.", " evening.")]
    [InlineData("e morning and one in the", "")]
    [InlineData("Take one tablet in the morning and one in the", "")]
    [InlineData("Take one tablet in the morning", "")]
    [InlineData("Take one tablet in the morning, not two.", "Take one tablet in the morning, not two.")]
    [InlineData("and one in the evening.", "and one in the evening.")] // 14 characters could be meant
    [InlineData("Take", "Take")]
    [InlineData("", "")]
    [InlineData("   ", "   ")]
    public void What_was_said_already_is_not_said_again(string continuation, string given)
    {
        for (var piece = 1; piece <= Math.Max(1, continuation.Length); piece++) InPieces(Said, continuation, piece).ShouldBe(given, $"in pieces of {piece}");
    }

    [Theory]
    [InlineData("5", "50 mg", false, "50 mg")] // goes on by itself: 550
    [InlineData("5", "50 mg", true, "0 mg")]
    [InlineData("The", "The clinic", true, " clinic")]
    [InlineData("", "The clinic", true, "The clinic")]
    public void A_few_characters_are_a_repetition_only_where_it_was_told_them(string said, string continuation, bool told, string given) =>
        InPieces(said, continuation, 1, told).ShouldBe(given);

    [Fact]
    public void The_longest_repetition_counts() =>
        InPieces(string.Concat(Enumerable.Repeat("ha ", 20)), string.Concat(Enumerable.Repeat("ha ", 25)), 1).ShouldBe("ha ha ha ha ha ");

    [Fact]
    public void Text_is_held_back_no_longer_than_it_may_be_a_repetition()
    {
        var repetition = new Repetition(Said, true);
        repetition.Take("Take one").ShouldBe("");
        repetition.Take(" pill").ShouldBe("Take one pill");
        repetition.Take(" Take").ShouldBe(" Take");
        repetition.End().ShouldBe("");
    }

    static string InPieces(string said, string continuation, int size, bool told = true)
    {
        var repetition = new Repetition(said, told);
        return string.Concat(continuation.Chunk(size).Select(piece => repetition.Take(new(piece)))) + repetition.End();
    }
}
