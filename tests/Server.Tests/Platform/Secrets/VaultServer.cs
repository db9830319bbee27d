using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Consilium.Platform.Secrets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Consilium.Tests.Platform.Secrets;

/// <summary>
/// A server with a table of sealed values (<c>notes</c>) for tests to look at. Its jobs rest: what a rotation leaves to be done is done when a test says so.
/// </summary>
public sealed class VaultServer : Server
{
    internal LogRecorder Log { get; } = new();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Notes.MakeAsync(Database);
    }

    protected override void ConfigureServices(IServiceCollection services)
    {
        services.Remove(services.Single(service => service.ImplementationType == typeof(JobWorker)));
        services.AddSingleton<ILoggerProvider>(Log);
        Notes.Add(services);
    }
}

/// <summary>Sealed texts in a table of the tests, kept as a module keeps its own.</summary>
internal sealed class Notes(RequestTransaction transaction, Vault vault, ILogger<Notes> log)
    : SealedColumn(new("public.notes", Id: "id", BoundTo: "'note/' || id"), transaction, vault, log)
{
    public static Task MakeAsync(TestDatabase database) => database.ExecuteAsync("""
        CREATE TABLE public.notes (id text PRIMARY KEY, sealed bytea NOT NULL, data_key_id uuid NOT NULL REFERENCES platform.data_keys)
        """);

    public static void Add(IServiceCollection services) => services.AddScoped<ISealedColumn, Notes>();

    public static string BoundTo(string id) => $"note/{id}";
}

/// <summary>What tests do with a server's vault.</summary>
internal static class VaultCalls
{
    /// <summary>Does something with services of a scope of their own.</summary>
    public static async Task<T> InScopeAsync<T>(this Server server, Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = server.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider);
    }

    /// <summary>Writes a note, or a new text into it, and lets <paramref name="sealedAlready"/> pass between sealing and storing it.</summary>
    public static Task<Guid> WriteNoteAsync(this Server server, string id, string text, Func<Task>? sealedAlready = null) => server.InScopeAsync(services =>
    {
        var transaction = services.GetRequiredService<RequestTransaction>();
        return transaction.RunAsync(async () =>
        {
            var kept = await services.GetRequiredService<Vault>().SealAsync(System.Text.Encoding.UTF8.GetBytes(text), Notes.BoundTo(id));
            if (sealedAlready is not null) await sealedAlready();
            await transaction.ExecuteAsync("""
                INSERT INTO public.notes VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, data_key_id = excluded.data_key_id
                """, values => values.With(id).With(kept.Bytes).With(kept.KeyId), default);
            return kept.KeyId;
        });
    });

    /// <summary>The text of a note; null when it cannot be opened.</summary>
    public static async Task<string?> ReadNoteAsync(this Server server, string id)
    {
        await using var command = server.Database.Source.CreateCommand("SELECT sealed, data_key_id FROM public.notes WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        await using var row = await command.ExecuteReaderAsync();
        (await row.ReadAsync()).ShouldBeTrue();
        return await server.OpenAsync(new(row.GetGuid(1), row.GetFieldValue<byte[]>(0)), Notes.BoundTo(id));
    }

    public static Task<string?> OpenAsync(this Server server, Sealed value, string boundTo) => server.InScopeAsync(async services =>
        await services.GetRequiredService<Vault>().OpenAsync(value.KeyId, value.Bytes, boundTo) is { } plaintext
            ? System.Text.Encoding.UTF8.GetString(plaintext)
            : null);

    public static Task<Sealed> SealAsync(this Server server, string text, string boundTo) => server.InScopeAsync(services =>
        services.GetRequiredService<RequestTransaction>().RunAsync(() => services.GetRequiredService<Vault>().SealAsync(System.Text.Encoding.UTF8.GetBytes(text), boundTo)));

    /// <summary>The new key's id.</summary>
    public static Task<Guid> RotateAsync(this Server server) => server.InScopeAsync(async services =>
        (await services.GetRequiredService<DataKeys>().RotateAsync(Guid.CreateVersion7(), default)).Id);

    public static Task ReencryptAsync(this Server server) => server.InScopeAsync(async services =>
    {
        await services.GetRequiredService<Reencryption>().RunAsync(default);
        return true;
    });

    public static Task<string?> KeyStatusAsync(this TestDatabase database, Guid id) =>
        database.ScalarAsync<string>("SELECT status FROM platform.data_keys WHERE id = $1", id);

    public static Task<Guid> NoteKeyAsync(this TestDatabase database, string id) =>
        database.ScalarAsync<Guid>("SELECT data_key_id FROM public.notes WHERE id = $1", id);
}
