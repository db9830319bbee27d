using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Settings;

/// <summary>A server with the demo accounts, whose clock moves only when a test says so: what is live here is so by signals.</summary>
public class ConfigServer : Server
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; init; } = CaseServer.QuickPasswords;

    public override TimeProvider Clock { get; protected init; } = new ManualClock();

    public ManualClock Time => (ManualClock)Clock;

    public Client Admin { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Admin = await SignInAsync(DemoAccounts.Admin.Email, DemoAccounts.Admin.Password);
    }

    /// <summary>A program with these scopes.</summary>
    public async Task<Client> KeyAsync(params string[] scopes)
    {
        var made = await (await Admin.PostJsonAsync("/api/v1/api-keys", new { name = "Program", scopes })).ShouldAnswerAsync(201);
        return Client.WithKey(Address, made.Text("key")!);
    }

    /// <summary>A new person with these rights, each <c>permission</c> or <c>permission:prefix</c>.</summary>
    public async Task<Client> GrantedAsync(params string[] rights)
    {
        var person = await SignedInAsync("staff");
        foreach (var right in rights) await GrantAsync(person, right);
        return person;
    }

    /// <returns>The grant's id.</returns>
    public async Task<Guid> GrantAsync(Client person, string right, DateTimeOffset? expiresAt = null)
    {
        var parts = right.Split(':');
        return (await (await Admin.PostJsonAsync(
            ConfigCalls.Grants, new { account_id = person.UserId, permission = $"{parts[0]}:{parts[1]}", prefix = parts.Length > 2 ? parts[2] : "", expires_at = expiresAt })).ShouldAnswerAsync(201)).Id();
    }
}

/// <summary>Calls of the configuration's routes.</summary>
internal static class ConfigCalls
{
    public const string Root = "/api/v1/config";
    public const string Grants = "/api/v1/security/grants";

    /// <summary>A key that no other test uses.</summary>
    public static string NewKey(string prefix = "app") => $"{prefix}.k{Guid.CreateVersion7():N}";

    /// <summary>Where an entry is; <paramref name="place"/> is <c>profile/environment</c>, each of which may be empty.</summary>
    public static string PathOf(string key, string place = "/", string rest = "", string query = "")
    {
        var (profile, environment) = (place.Split('/')[0], place.Split('/')[1]);
        return $"{Root}/{key}{rest}?profile={profile}&environment={environment}{(query.Length > 0 ? "&" : "")}{query}";
    }

    public static Task<HttpResponseMessage> TryCreateAsync(this HttpClient client, string key, object? value, string place = "/", bool encrypted = false, string? reason = null) =>
        client.PostJsonAsync(Root, new { key, value, profile = place.Split('/')[0], environment = place.Split('/')[1], is_encrypted = encrypted, reason });

    public static async Task<JsonElement> CreateAsync(this HttpClient client, string key, object? value, string place = "/", bool encrypted = false, string? reason = null) =>
        await (await client.TryCreateAsync(key, value, place, encrypted, reason)).ShouldAnswerAsync(201);

    public static Task<HttpResponseMessage> TryPutAsync(this HttpClient client, string key, object? value, string place = "/", string? ifMatch = null, string? reason = null) =>
        client.PutJsonAsync(PathOf(key, place), new { value, reason }, ifMatch is null ? [] : [("If-Match", ifMatch)]);

    public static async Task<JsonElement> PutAsync(this HttpClient client, string key, object? value, string place = "/") =>
        await (await client.TryPutAsync(key, value, place)).ShouldAnswerAsync(200);

    public static async Task RemoveAsync(this HttpClient client, string key, string place = "/") =>
        await (await client.DeleteAsync(PathOf(key, place))).ShouldAnswerAsync(204);

    public static Task<JsonElement> LookUpAsync(this HttpClient client, string key, string place = "/", string query = "") => client.GetJsonAsync(PathOf(key, place, query: query));

    public static async Task<string> ValueAsync(this HttpClient client, string key, string place = "/", string query = "") =>
        (await client.LookUpAsync(key, place, query)).GetProperty("value").GetRawText();

    public static Task<HttpResponseMessage> TryRollBackAsync(this HttpClient client, string key, int version, string place = "/") =>
        client.PostJsonAsync(PathOf(key, place, "/rollback"), new { version });

    public static Task<HttpResponseMessage> TryRevealAsync(this HttpClient client, string key, string reason = "A test", bool resolve = false) =>
        client.PostJsonAsync(PathOf(key, rest: "/reveal"), new { reason, resolve });

    public static async Task<List<JsonElement>> HistoryAsync(this HttpClient client, string key, string place = "/") =>
        (await client.GetJsonAsync(PathOf(key, place, "/history", "limit=200"))).Items();

    public static Task<List<string>> AuditOfAsync(this ConfigServer server, string key) =>
        server.Database.ColumnAsync<string>("SELECT concat_ws(' ', action, outcome, reason) FROM audit.entries WHERE resource = $1 ORDER BY id", $"config/{key}");
}
