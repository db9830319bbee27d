using Consilium.Tests.Modules.Conversations;
using Npgsql;
using Xunit.Abstractions;

namespace Consilium.Tests.Docs;

/// <summary>The page about conversations is true word for word: every route and every error of it.</summary>
public sealed class ConversationsPageTests(ConversationsPageTests.AsInDevelopment server, ITestOutputHelper report) : IClassFixture<ConversationsPageTests.AsInDevelopment>
{
    const string Page = "docs/conversations.md";

    [Fact]
    public Task The_examples_work_word_for_word() => Tour.FollowAsync(Readme.ExamplesOfPage(Page), server.Address.Authority, report);

    [Fact]
    public async Task The_errors_that_nobody_can_ask_for_are_as_shown()
    {
        using var program = server.Program();
        var answers = new List<string> { await (await program.InFlightAsync(server)).Content.ReadAsStringAsync() };
        foreach (var fault in (Func<Exception>[])[() => new InvalidOperationException(), () => new NpgsqlException()])
        {
            var broken = await ConversationCalls.StartBrokenAsync(fault);
            using var anyone = broken.Anonymous();
            answers.Add(await (await anyone.GetAsync($"{ConversationCalls.Root}/{Guid.CreateVersion7()}")).Content.ReadAsStringAsync());
            await broken.DisposeAsync();
        }

        var shown = Readme.Blocks(Page, "json");
        shown.Count.ShouldBe(answers.Count);
        foreach (var (block, answer) in shown.Zip(answers)) Readme.Matches(block, answer).ShouldBeTrue($"The page shows\n{block}\nand the server says\n{answer}");
    }

    /// <summary>With the limit of requests that a server in Development has.</summary>
    public sealed class AsInDevelopment : Server
    {
        protected override IReadOnlyDictionary<string, string?> Settings { get; init; } =
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:RequestsPerSecond"] = "50" };
    }
}
