using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Cases;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Cases;

public sealed class LiveMessagesTests
{
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task The_files_of_an_event_are_looked_up_once_for_all_and_again_after_a_failure()
    {
        var files = new FilesThatFailOnce();
        await using var services = new ServiceCollection().AddSingleton<IFiles>(files).AddScoped<CaseMessages>().BuildServiceProvider();
        var live = new LiveMessages(services.GetRequiredService<IServiceScopeFactory>());
        var happened = new ThreadEvent(2, EventTypes.MessagePosted, At, null, new(
            Guid.CreateVersion7(), Guid.CreateVersion7(), 2, Guid.CreateVersion7(), SenderRole.User, "User", "See here", At, null, false, null, null, null, [Guid.CreateVersion7()]), null);

        await Should.ThrowAsync<TimeoutException>(async () => await live.ShowAsync(happened, default));
        var shown = await live.ShowAsync(happened, default);
        (await live.ShowAsync(happened, default)).ShouldBeSameAs(shown);

        shown!.Content.ShouldBe("See here");
        files.Asked.ShouldBe(2);
    }

    sealed class FilesThatFailOnce : IFiles
    {
        public int Asked { get; private set; }

        public Task<IReadOnlyDictionary<Guid, Attachment>> FindAsync(IReadOnlyCollection<Guid> fileIds, CancellationToken cancellationToken) => ++Asked == 1
            ? Task.FromException<IReadOnlyDictionary<Guid, Attachment>>(new TimeoutException())
            : Task.FromResult<IReadOnlyDictionary<Guid, Attachment>>(new Dictionary<Guid, Attachment>());

        public Task<IResult> ReceiveAsync(HttpContext http, FilePlace place, Caller caller, Func<Task<IResult?>> admit) => throw new InvalidOperationException();
        public Task<int?> HoldAsync(FilePlace place, IReadOnlyList<NewAttachment> wanted, Caller caller, CancellationToken cancellationToken) => throw new InvalidOperationException();
        public Task AttachAsync(FilePlace place, Guid itemId, IReadOnlyList<NewAttachment> wanted, Caller caller, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();
        public Task ReleaseAsync(FilePlace place, Guid itemId, CancellationToken cancellationToken) => throw new InvalidOperationException();
        public Task<IReadOnlyList<Guid>> FindItemsAsync(FilePlace place, string query, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }
}
