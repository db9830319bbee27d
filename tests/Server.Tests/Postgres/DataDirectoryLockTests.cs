using System.Diagnostics;
using System.Globalization;
using Consilium.Postgres;

namespace Consilium.Tests.Postgres;

public sealed class DataDirectoryLockTests : IDisposable
{
    readonly TemporaryDirectory data = new();

    public void Dispose() => data.Dispose();

    [Fact]
    public void The_second_server_is_refused_and_told_who_is_first()
    {
        using var first = DataDirectoryLock.Acquire(data.Path);

        var refused = Should.Throw<PostgresStartException>(() => DataDirectoryLock.Acquire(data.Path));

        refused.Message.ShouldContain("Another server");
        refused.Message.ShouldContain(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        refused.Message.ShouldContain(data.Path);
    }

    [Fact]
    public void It_can_be_taken_again_once_it_is_given_back()
    {
        DataDirectoryLock.Acquire(data.Path).Dispose();
        Should.NotThrow(() => DataDirectoryLock.Acquire(data.Path).Dispose());
    }

    [Fact]
    public async Task A_lock_of_another_process_ends_with_that_process()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var holder = Process.Start(new ProcessStartInfo("flock", ["--no-fork", data.In("server.lock"), "sh", "-c", "echo locked; exec sleep 60"])
        {
            RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        (await holder.StandardOutput.ReadLineAsync()).ShouldBe("locked");
        Should.Throw<PostgresStartException>(() => DataDirectoryLock.Acquire(data.Path)).Message.ShouldContain("Another server");

        holder.Kill();
        await holder.WaitForExitAsync();

        Should.NotThrow(() => DataDirectoryLock.Acquire(data.Path).Dispose());
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_named()
    {
        File.WriteAllText(data.In("file"), "");
        var below = data.In("file", "data");

        var refused = Should.Throw<PostgresStartException>(() => DataDirectoryLock.Acquire(below));

        refused.Message.ShouldContain($"The data directory {below} is not writable");
    }

    [Fact]
    public void A_missing_directory_is_created_for_its_owner_only()
    {
        using (DataDirectoryLock.Acquire(data.In("a", "b")))
        {
            (File.GetUnixFileMode(data.In("a", "b")) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite))
                .ShouldBe(UnixFileMode.None);
        }
    }
}
