using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Modules.Threads;
using Consilium.Tests.Modules.Cases;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Consilium.Tests.Modules.Threads;

public sealed class EventFilesTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public async Task The_files_of_events_are_looked_up_once_for_all_followers_and_again_after_a_failure()
    {
        var id = await server.Owner.OpenCaseAsync();
        var (first, second) = (await server.UploadedAsync(server.Owner, id, "one.png"), await server.UploadedAsync(server.Owner, id, "two.png"));
        await server.Owner.SendAsync(id, [first]);
        await server.Owner.SayAsync(id, "Nothing hangs here");
        await server.Owner.SendAsync(id, [second]);
        var files = new FilesThatFailOnce();
        await using var services = new ServiceCollection().AddSingleton<IFiles>(files).AddScoped<MessageFiles>().BuildServiceProvider();
        var tail = new ThreadTail(id, new(server.Services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<IServiceScopeFactory>()));

        await Should.ThrowAsync<TimeoutException>(() => tail.ReadAsync(0, tail.Version));
        var events = await tail.ReadAsync(0, tail.Version);
        (await tail.ReadAsync(0, tail.Version)).ShouldBeSameAs(events);

        files.Asked.Count.ShouldBe(2);
        files.Asked[1].ShouldBe([first, second]);
        events.Select(e => e.Message?.Attachments.Select(a => a.Id).ToArray() ?? []).ShouldBe([[], [first], [], [second]]);
    }

    sealed class FilesThatFailOnce : IFiles
    {
        public List<IReadOnlyCollection<Guid>> Asked { get; } = [];

        public Task<IReadOnlyDictionary<Guid, Attachment>> FindAsync(IReadOnlyCollection<Guid> fileIds, CancellationToken cancellationToken)
        {
            Asked.Add(fileIds);
            return Asked.Count == 1
                ? Task.FromException<IReadOnlyDictionary<Guid, Attachment>>(new TimeoutException())
                : Task.FromResult<IReadOnlyDictionary<Guid, Attachment>>(fileIds.ToDictionary(id => id, id =>
                    new Attachment(id, "a.png", "image/png", 5, 3, 4, null, "", null, AttachmentStatus.Clean, null, DateTimeOffset.UnixEpoch)));
        }

        public Task<IResult> ReceiveAsync(HttpContext http, FilePlace place, Caller caller, Func<Task<IResult?>> admit) => throw new InvalidOperationException();
        public Task<IResult> ReceiveItemAsync(HttpContext http, Caller caller, IUploadedItem item) => throw new InvalidOperationException();
        public Task<(IFileDownload? Download, ProblemHttpResult? Problem)> OpenAsync(Guid fileId, HttpContext http) => throw new InvalidOperationException();
        public Task<int?> HoldAsync(FilePlace place, IReadOnlyList<NewAttachment> wanted, Guid ownerId, CancellationToken cancellationToken) => throw new InvalidOperationException();
        public Task AttachAsync(FilePlace place, Guid itemId, IReadOnlyList<NewAttachment> wanted, Guid ownerId, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();
        public Task ReleaseAsync(FilePlace place, Guid itemId, CancellationToken cancellationToken) => throw new InvalidOperationException();
        public Task<IReadOnlyList<Guid>> FindItemsAsync(FilePlace place, string query, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }
}
