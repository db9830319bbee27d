namespace Consilium.Tests.Platform.Secrets;

/// <summary>Two servers on one database have one vault.</summary>
public sealed class VaultServersTests : IAsyncLifetime
{
    static readonly Dictionary<string, string?> SameKey = new(StringComparer.Ordinal) { ["Security:MasterKey"] = Convert.ToBase64String(new byte[32]) };

    Server here = null!;
    Server there = null!;

    public async Task InitializeAsync()
    {
        here = await Server.StartAsync(SameKey, services: Notes.Add);
        await Notes.MakeAsync(here.Database);
        there = await Server.StartAsync(SameKey, services: Notes.Add, sharedDatabase: here.Database);
    }

    public async Task DisposeAsync()
    {
        await there.DisposeAsync();
        await here.DisposeAsync();
    }

    [Fact]
    public async Task A_server_seals_and_opens_with_the_key_that_another_has_made()
    {
        var old = await there.WriteNoteAsync("before", "written there");
        var made = await here.RotateAsync();

        (await there.WriteNoteAsync("after", "written there too")).ShouldBe(made);
        (await here.ReadNoteAsync("after")).ShouldBe("written there too");
        await here.WriteNoteAsync("here", "written here");
        (await there.ReadNoteAsync("here")).ShouldBe("written here");

        // Their own workers do what the rotation left to be done.
        await Modules.Accounts.Eventually.BecomesAsync("retired", () => here.Database.KeyStatusAsync(old));
        (await there.Database.NoteKeyAsync("before")).ShouldBe(made);
        (await there.ReadNoteAsync("before")).ShouldBe("written there");
    }

    [Fact]
    public async Task A_server_opens_at_once_what_another_has_sealed_with_a_key_that_it_has_never_heard_of()
    {
        await here.RotateAsync();
        await here.WriteNoteAsync("new", "with a new key");

        (await there.ReadNoteAsync("new")).ShouldBe("with a new key");
    }
}
