using Consilium.Modules.Assistant;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>A run's text between provider and database.</summary>
public sealed class RunTextTests
{
    readonly List<RunText> offered = [];

    [Fact]
    public async Task A_piece_that_was_not_taken_is_offered_again_as_it_was()
    {
        using var text = Open("shown");
        await text.AppendAsync(" and more", default);
        var piece = text.Next().ShouldNotBeNull();
        await text.AppendAsync(", and what came meanwhile", default);

        text.NotTaken(); // it may be committed nevertheless

        text.Next().ShouldBe(piece);
        piece.ShouldBe(new(5, " and more"));
        text.Taken(piece);
        text.Next().ShouldBe(new(14, ", and what came meanwhile"));
    }

    [Fact]
    public async Task It_is_offered_once_until_it_is_asked_for()
    {
        using var text = Open("");
        await text.AppendAsync("a", default);
        await text.AppendAsync("b", default);
        offered.Count.ShouldBe(1);

        text.Taken(text.Next()!);

        text.Next().ShouldBeNull();
        await text.AppendAsync("c", default);
        offered.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_long_text_goes_in_pieces_of_whole_characters()
    {
        using var text = Open("");
        var whole = "a" + string.Concat(Enumerable.Repeat("🕘", 20_000));
        await text.AppendAsync(whole, default);
        var written = "";
        while (text.Next() is { } piece)
        {
            piece.Start.ShouldBe(written.Length);
            char.IsHighSurrogate(piece.Content[^1]).ShouldBeFalse();
            written += piece.Content;
            text.Taken(piece);
        }
        written.ShouldBe(whole);
        await text.FlushAsync(default);
    }

    [Fact]
    public async Task A_provider_that_is_quicker_than_the_database_waits()
    {
        using var text = Open("");
        var appending = text.AppendAsync(new('a', 100_000), default);
        appending.IsCompleted.ShouldBeFalse();
        while (!appending.IsCompleted && text.Next() is { } piece)
        {
            text.Taken(piece);
            await Task.WhenAny(appending, Task.Delay(20));
        }
        await appending;
    }

    [Fact]
    public async Task A_flush_waits_for_the_last_commit_and_is_given_up_with_the_run()
    {
        using var text = Open("");
        await text.AppendAsync("a", default);
        var flushing = text.FlushAsync(default);
        flushing.IsCompleted.ShouldBeFalse();
        text.Taken(text.Next()!);
        await flushing;

        await text.AppendAsync("b", default);
        using var lost = new CancellationTokenSource();
        var waiting = text.FlushAsync(lost.Token);
        await lost.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
    }

    [Fact]
    public async Task Once_it_is_closed_nothing_is_written()
    {
        var text = Open("");
        await text.AppendAsync("a", default);
        text.Dispose();
        text.Next().ShouldBeNull();
    }

    [Fact]
    public async Task A_text_that_can_never_be_kept_fails_its_attempt()
    {
        using var text = Open("");
        await text.AppendAsync("a", default);
        text.Next();
        text.Fail(new InvalidOperationException("refused"));
        await Should.ThrowAsync<InvalidOperationException>(text.FlushAsync(default));
        text.Next().ShouldBeNull();
    }

    RunText Open(string shown) =>
        new(new(Guid.CreateVersion7(), Guid.CreateVersion7(), "case", Guid.CreateVersion7(), Guid.CreateVersion7(), 1, 1, 1, null, "?") { Shown = shown }, offered.Add);
}
