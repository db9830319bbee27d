namespace Consilium.Tests.Platform.Secrets;

public sealed class RotationTests(VaultServer server) : IClassFixture<VaultServer>
{
    readonly string prefix = $"{Guid.CreateVersion7():N}";

    [Fact]
    public async Task Values_open_before_during_and_after_a_rotation_and_the_old_key_retires_once_nothing_needs_it()
    {
        var old = await server.WriteNoteAsync(Id(1), "one");
        await server.WriteNoteAsync(Id(2), "two");
        var handedOut = await server.SealAsync("outside", "elsewhere");

        var made = await server.RotateAsync();
        (await server.WriteNoteAsync(Id(3), "three")).ShouldBe(made);
        (await server.Database.KeyStatusAsync(old)).ShouldBe("retiring");
        await ShouldReadAsync("one", "two", "three");
        (await server.Database.NoteKeyAsync(Id(1))).ShouldBe(old);

        await server.ReencryptAsync();
        await ShouldReadAsync("one", "two", "three");
        (await server.Database.NoteKeyAsync(Id(1))).ShouldBe(made);
        (await server.Database.KeyStatusAsync(old)).ShouldBe("retired");
        (await server.OpenAsync(handedOut, "elsewhere")).ShouldBe("outside", "a retired key still opens what was handed out");
    }

    [Fact]
    public async Task A_rotation_waits_for_a_writer_in_flight_and_its_value_is_found_afterwards()
    {
        Task<Guid> rotation = null!;
        var old = await server.WriteNoteAsync(Id(1), "one", sealedAlready: async () =>
        {
            rotation = server.RotateAsync();
            await ShouldComeToWaitAsync();
            rotation.IsCompleted.ShouldBeFalse();
        });
        var made = await rotation;
        (await server.Database.NoteKeyAsync(Id(1))).ShouldBe(old);

        await server.ReencryptAsync();

        (await server.Database.NoteKeyAsync(Id(1))).ShouldBe(made);
        (await server.Database.KeyStatusAsync(old)).ShouldBe("retired");
        await ShouldReadAsync("one");
    }

    [Fact]
    public async Task Whoever_begins_to_write_while_a_rotation_waits_writes_with_its_key()
    {
        Task<Guid> rotation = null!, later = null!;
        await server.WriteNoteAsync(Id(1), "one", sealedAlready: async () =>
        {
            rotation = server.RotateAsync();
            await ShouldComeToWaitAsync();
            later = server.WriteNoteAsync(Id(2), "two");
            await ShouldComeToWaitAsync(waiting: 2);
        });

        (await later).ShouldBe(await rotation);
    }

    [Fact]
    public async Task A_key_retires_only_when_the_last_value_has_left_it()
    {
        var old = await server.WriteNoteAsync(Id(1), "one");
        await server.WriteNoteAsync(Id(2), "two");
        var made = await server.RotateAsync();

        await server.WriteNoteAsync(Id(3), "somebody holds a row", sealedAlready: async () =>
        {
            await using var connection = await server.Database.Source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var hold = new Npgsql.NpgsqlCommand("SELECT 1 FROM public.notes WHERE id = $1 FOR UPDATE", connection, transaction))
            {
                hold.Parameters.Add(new() { Value = Id(1) });
                await hold.ExecuteNonQueryAsync();
            }
            await server.ReencryptAsync();
            await transaction.RollbackAsync();
        });
        (await server.Database.NoteKeyAsync(Id(1))).ShouldBe(old, "a row that somebody is changing is left");
        (await server.Database.NoteKeyAsync(Id(2))).ShouldBe(made, "the others are not held up");
        (await server.Database.KeyStatusAsync(old)).ShouldBe("retiring");

        await server.ReencryptAsync();
        (await server.Database.KeyStatusAsync(old)).ShouldBe("retired");
        await ShouldReadAsync("one", "two");
    }

    [Fact]
    public async Task A_value_that_cannot_be_opened_stays_is_logged_by_its_id_alone_and_keeps_its_key()
    {
        const int more = 120; // a whole batch and some
        for (var i = 0; i <= more; i++) await server.WriteNoteAsync(Id(i), $"words of somebody {i}");
        var old = await server.Database.NoteKeyAsync(Id(0));
        var whole = await server.Database.ScalarAsync<byte[]>("SELECT sealed FROM public.notes WHERE id = $1", Id(0));
        byte[] changed = [.. whole![..^1], (byte)(whole[^1] ^ 1)];
        await ReplaceAsync(Id(0), changed);

        await server.RotateAsync();
        await server.ReencryptAsync();

        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM public.notes WHERE data_key_id = $1", old)).ShouldBe(1);
        (await server.Database.ScalarAsync<byte[]>("SELECT sealed FROM public.notes WHERE id = $1", Id(0))).ShouldBe(changed);
        (await server.Database.KeyStatusAsync(old)).ShouldBe("retiring");
        server.Log.All.Count(line => line.Contains(Id(0), StringComparison.Ordinal)).ShouldBe(1);
        server.Log.All.ShouldAllBe(line => !line.Contains("words of somebody") && !line.Contains(Convert.ToBase64String(changed)) && !line.Contains(Convert.ToHexString(changed)));

        await ReplaceAsync(Id(0), whole);
        await server.ReencryptAsync();
        (await server.Database.KeyStatusAsync(old)).ShouldBe("retired", "once it is as it was, the key can go");
        (await server.ReadNoteAsync(Id(0))).ShouldBe("words of somebody 0");
    }

    [Fact]
    public async Task Two_rotations_at_once_and_two_re_encryptions_at_once_lose_nothing()
    {
        for (var i = 1; i <= 30; i++) await server.WriteNoteAsync(Id(i), $"{i}");
        var old = await server.Database.NoteKeyAsync(Id(1));

        var made = await Task.WhenAll(server.RotateAsync(), server.RotateAsync());
        await Task.WhenAll(server.ReencryptAsync(), server.ReencryptAsync(), server.RotateAsync());
        await server.ReencryptAsync();

        await ShouldReadAsync([.. Enumerable.Range(1, 30).Select(i => $"{i}")]);
        foreach (var key in (Guid[])[old, .. made]) (await server.Database.KeyStatusAsync(key)).ShouldBe("retired");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM platform.data_keys WHERE status <> 'retired'")).ShouldBe(1);
    }

    [Fact]
    public async Task Rotations_under_readers_and_writers_fail_no_read_and_no_write()
    {
        using var stop = new CancellationTokenSource();
        for (var i = 1; i <= 4; i++) await server.WriteNoteAsync(Id(i), $"{i}");
        var busy = Enumerable.Range(1, 4).Select(i => Task.Run(async () =>
        {
            var turns = 0;
            for (; !stop.IsCancellationRequested || turns < 3; turns++)
            {
                await server.WriteNoteAsync(Id(i), $"{i}");
                (await server.ReadNoteAsync(Id(i))).ShouldBe($"{i}");
            }
        })).ToList();

        try
        {
            for (var i = 0; i < 5; i++)
            {
                await server.RotateAsync();
                await server.ReencryptAsync();
            }
        }
        finally
        {
            await stop.CancelAsync();
        }
        await Task.WhenAll(busy);

        await server.ReencryptAsync();
        await ShouldReadAsync("1", "2", "3", "4");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM platform.data_keys WHERE status <> 'retired'")).ShouldBe(1);
    }

    string Id(int number) => $"{prefix}-{number}";

    async Task ShouldReadAsync(params string[] texts)
    {
        for (var i = 0; i < texts.Length; i++) (await server.ReadNoteAsync(Id(i + 1))).ShouldBe(texts[i]);
    }

    Task ReplaceAsync(string id, byte[] bytes) => server.Database.ExecuteAsync("UPDATE public.notes SET sealed = $2 WHERE id = $1", id, bytes);

    Task ShouldComeToWaitAsync(int waiting = 1) => Modules.Accounts.Eventually.BecomesAsync<long>(waiting, () => server.Database.ScalarAsync<long>("""
        SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'platform.data_keys'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """));
}
