using System.Security.Cryptography;
using Consilium.Modules.Settings;
using Consilium.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Settings;

/// <summary>A server with encrypted entries, of some versions each, that are sealed by three keys. Its jobs rest: nothing is sealed again.</summary>
public sealed class SealedServer : Server
{
    public static readonly string MasterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    static readonly EntryName[] Names =
    [
        .. ((string[])["a", "a.b", "c", "d", "e"]).SelectMany(key => ((EntryName[])[new(key, "", ""), new(key, "p", ""), new(key, "p", "x"), new(key, "x", "p")])),
    ];

    protected override IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["Security:MasterKey"] = MasterKey,
        ["Security:OpensPerMinute"] = "0",
        ["Logging:LogLevel:Consilium.Modules.Settings"] = "None", // each value that can't be decrypted is a line
    };

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        using var admin = await SignInAsync("admin@example.com", "admin123");
        for (var version = 1; version <= 3; version++)
            foreach (var name in Names)
            {
                var value = ValueOf(name, version);
                var scope = $"profile={name.Profile}&environment={name.Environment}";
                if (version == 1) await (await admin.PostJsonAsync("/api/v1/config", new { name.Key, name.Profile, name.Environment, Value = value, IsEncrypted = true })).ShouldAnswerAsync(201);
                else await (await admin.PutJsonAsync($"/api/v1/config/{name.Key}?{scope}", new { Value = value })).ShouldAnswerAsync(200);
                if (version < 3 && name == Names[Names.Length / 2]) await (await admin.PostJsonAsync("/api/v1/security/keys/rotate", body: null)).ShouldAnswerAsync(201);
            }
    }

    protected override void ConfigureServices(IServiceCollection services) => services.Remove(services.Single(service => service.ImplementationType == typeof(JobWorker)));

    /// <summary>A second server on the same database, with the same master key. It has no jobs either.</summary>
    internal Task<Server> StartAnotherAsync() => StartAsync(Settings, services: ConfigureServices, sharedDatabase: Database);

    /// <summary>Every version of every entry, as it is stored.</summary>
    internal async Task<List<SealedRow>> RowsAsync()
    {
        await using var command = Database.Source.CreateCommand("""
            SELECT e.id, e.key, e.profile, e.environment, v.version, v.sealed, v.data_key_id, v.version = e.version
            FROM settings.entries e JOIN settings.versions v ON v.entry_id = e.id WHERE v.version <= 3 AND e.key <> 'late' ORDER BY e.id, v.version
            """);
        await using var row = await command.ExecuteReaderAsync();
        var rows = new List<SealedRow>();
        while (await row.ReadAsync())
            rows.Add(new(row.GetGuid(0), new(row.GetString(1), row.GetString(2), row.GetString(3)), row.GetInt32(4), row.GetFieldValue<byte[]>(5), row.GetGuid(6), row.GetBoolean(7)));
        return rows;
    }

    /// <summary>Stores this instead; without more, what the row was read as.</summary>
    internal Task WriteAsync(SealedRow row, byte[]? bytes = null, Guid? keyId = null) => Database.ExecuteAsync(
        "UPDATE settings.versions SET sealed = $3, data_key_id = $4 WHERE entry_id = $1 AND version = $2", row.EntryId, row.Version, bytes ?? row.Sealed, keyId ?? row.KeyId);

    internal static string ValueOf(EntryName name, int version) => $"the secret {version} of {name.Key} in {name.Profile}/{name.Environment}";
}

/// <summary>One version of an encrypted entry, as it is stored.</summary>
internal sealed record SealedRow(Guid EntryId, EntryName Name, int Version, byte[] Sealed, Guid KeyId, bool IsNewest)
{
    public string Value => SealedServer.ValueOf(Name, Version);

    public string Path(string route = "") => $"/api/v1/config/{Name.Key}{route}?profile={Name.Profile}&environment={Name.Environment}";
}
