using System.Text;
using Consilium.Modules.Files;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consilium.Tests.Modules.Files;

/// <summary>Bytes in a directory: whole or not there, and never other than they were.</summary>
public sealed class LocalBlobStoreTests
{
    static readonly byte[] Hello = "hello"u8.ToArray();

    readonly string data = TempDirectory.New();
    readonly ManualClock clock = new();
    readonly DamagedBlobs damaged = new(NullLogger<DamagedBlobs>.Instance);

    [Fact]
    public async Task Staged_bytes_are_counted_and_hashed_and_nobody_reads_them_until_they_are_kept()
    {
        var store = Store();
        var staged = await StageAsync(store, Hello);

        (staged.Size, staged.Sha256).ShouldBe((5, UploadCalls.HashOf(Hello)));
        (await store.OpenAsync(staged.Sha256, default)).ShouldBeNull();
        await store.KeepAsync(staged, default);
        staged.Dispose();

        (await ReadAsync(store, staged.Sha256)).ShouldBe(Hello);
        UploadCalls.StoredIn(data).ShouldBe([staged.Sha256]);
    }

    [Fact]
    public async Task Forgetting_staged_bytes_leaves_nothing()
    {
        (await StageAsync(Store(), Hello)).Dispose();
        UploadCalls.StoredIn(data).ShouldBeEmpty();
    }

    [Fact]
    public async Task As_many_bytes_as_allowed_are_taken_and_not_one_more_is_read()
    {
        var store = Store();
        (await store.StageAsync(new MemoryStream(new byte[200_000]), 200_000, default)).Size.ShouldBe(200_000);
        var large = new MemoryStream(new byte[300_000]);
        await Should.ThrowAsync<ContentTooLargeException>(() => store.StageAsync(large, 200_000, default));
        large.Position.ShouldBe(200_001);
        UploadCalls.StoredIn(data).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_sender_that_breaks_off_leaves_nothing()
    {
        await Should.ThrowAsync<IOException>(() => Store().StageAsync(new BreakingStream(), 1_000_000, default));
        UploadCalls.StoredIn(data).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_else_on_the_machine_may_look()
    {
        var store = Store();
        using var staged = await StageAsync(store, Hello);
        File.GetUnixFileMode(staged.Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await store.KeepAsync(staged, default);
        foreach (var directory in Directory.EnumerateDirectories(data, "*", SearchOption.AllDirectories))
            File.GetUnixFileMode(directory).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, directory);
    }

    [Fact]
    public async Task Changed_bytes_are_found_before_one_of_them_is_given_and_the_same_content_heals_them()
    {
        var store = Store();
        var sha256 = await KeepAsync(store, Hello);
        await ReadAsync(store, sha256);
        var path = UploadCalls.PathOf(data, sha256);
        await File.WriteAllBytesAsync(path, "hellO"u8.ToArray());
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);

        await Should.ThrowAsync<DamagedContentException>(() => store.OpenAsync(sha256, default));
        damaged.Any.ShouldBeTrue();

        await File.WriteAllBytesAsync(path, Hello); // from a backup
        (await ReadAsync(store, sha256)).ShouldBe(Hello);
        damaged.Any.ShouldBeFalse();

        File.Delete(path);
        damaged.Add(sha256);
        await KeepAsync(store, Hello);
        damaged.Any.ShouldBeFalse();
    }

    [Fact]
    public async Task A_disk_that_changes_bytes_in_silence_is_found_out_after_ten_minutes()
    {
        var store = Store();
        var sha256 = await KeepAsync(store, Hello);
        await ReadAsync(store, sha256);
        var path = UploadCalls.PathOf(data, sha256);
        var writtenAt = File.GetLastWriteTimeUtc(path);
        await File.WriteAllBytesAsync(path, "hellO"u8.ToArray());
        File.SetLastWriteTimeUtc(path, writtenAt);

        (await ReadAsync(store, sha256)).ShouldBe("hellO"u8.ToArray()); // what is read again and again is not hashed again and again
        clock.Advance(TimeSpan.FromMinutes(10));
        await Should.ThrowAsync<DamagedContentException>(() => store.OpenAsync(sha256, default));
    }

    [Fact]
    public async Task A_reader_reads_to_the_end_what_is_removed_meanwhile()
    {
        var store = Store();
        var sha256 = await KeepAsync(store, Hello);
        await using var open = await store.OpenAsync(sha256, default);
        await store.RemoveAsync(sha256, default);
        await store.RemoveAsync(sha256, default);

        (await new StreamReader(open!).ReadToEndAsync()).ShouldBe("hello");
        (await store.OpenAsync(sha256, default)).ShouldBeNull();
        (await store.OnDiskAsync(sha256, default)).ShouldBeNull();
    }

    [Fact]
    public async Task What_is_old_is_listed_and_what_was_left_half_received_is_removed()
    {
        var store = Store();
        (await store.ListAsync(DateTimeOffset.MaxValue, default).ToListAsync()).ShouldBeEmpty();
        (await store.RemoveStagedAsync(DateTimeOffset.MaxValue, default)).ShouldBe(0);
        var (old, young) = (await KeepAsync(store, Hello), await KeepAsync(store, "young"u8.ToArray()));
        using var left = await StageAsync(store, "left"u8.ToArray());
        using var busy = await StageAsync(store, "busy"u8.ToArray());
        var now = clock.GetUtcNow();
        foreach (var path in (string[])[UploadCalls.PathOf(data, old), left.Path]) File.SetLastWriteTimeUtc(path, now.UtcDateTime.AddHours(-2));

        (await store.ListAsync(now.AddHours(-1), default).ToListAsync()).ShouldBe([old]);
        (await store.RemoveStagedAsync(now.AddHours(-1), default)).ShouldBe(1);
        UploadCalls.StoredIn(data).ShouldBe([old, young, Path.GetFileName(busy.Path)], ignoreOrder: true);
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_said_and_leaves_nothing_half()
    {
        await using var disk = (await SmallDisk.MountAsync())!;
        var store = Store(disk.Path);
        var kept = await KeepAsync(store, Hello);
        var full = await Should.ThrowAsync<BusyException>(() => store.StageAsync(new MemoryStream(new byte[4 * 1024 * 1024]), long.MaxValue - 1, default));
        (full.Status, full.Code).ShouldBe((507, "storage_full"));
        UploadCalls.StoredIn(disk.Path).ShouldBe([kept]);
        (await ReadAsync(store, kept)).ShouldBe(Hello);
        await KeepAsync(store, "there is room again"u8.ToArray());
    }

    LocalBlobStore Store(string? directory = null) =>
        new(new FilesDirectory(new DatabaseSettings(Configured(directory ?? data)), new FilesSettings()), damaged, clock);

    static IConfigurationRoot Configured(string directory) => new ConfigurationBuilder().AddInMemoryCollection([new("Data:Directory", directory)]).Build();

    static Task<StagedBlob> StageAsync(LocalBlobStore store, byte[] content) => store.StageAsync(new MemoryStream(content), 1000, default);

    static async Task<string> KeepAsync(LocalBlobStore store, byte[] content)
    {
        using var staged = await StageAsync(store, content);
        await store.KeepAsync(staged, default);
        return staged.Sha256;
    }

    static async Task<byte[]> ReadAsync(LocalBlobStore store, string sha256)
    {
        await using var content = await store.OpenAsync(sha256, default);
        using var read = new MemoryStream();
        await content.ShouldNotBeNull().CopyToAsync(read);
        return read.ToArray();
    }

    sealed class BreakingStream : MemoryStream
    {
        bool given;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (given) throw new IOException("The connection was reset.");
            given = true;
            return new(Encoding.ASCII.GetBytes("half of it", buffer.Span));
        }
    }
}
