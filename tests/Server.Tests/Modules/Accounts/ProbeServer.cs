using System.Security.Cryptography;
using Consilium.Modules.Accounts;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Audit;
using Consilium.Platform.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Accounts;

/// <summary>
/// Accounts alone, with routes to probe what it gives to others: <c>/probe/me</c>, <c>/probe/staff</c> (role), <c>/probe/scoped</c> (a key's
/// scope), <c>/probe/part</c> (a key's scope for a part), <c>/probe/stream</c> (open until the session ends). Several can share a database, as servers do.
/// </summary>
internal sealed class ProbeServer : IAsyncDisposable
{
    public static readonly string MasterKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    readonly WebApplication app;

    ProbeServer(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    public IServiceProvider Services => app.Services;

    public static async Task<ProbeServer> StartAsync(
        TestDatabase database, string environment = "Development", TimeProvider? clock = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["urls"] = "http://127.0.0.1:0",
            ["ConnectionStrings:Database"] = database.ConnectionString,
            ["Data:Directory"] = TempDirectory.New(),
            ["Database:MaxPoolSize"] = "20",
            ["Limits:RequestsPerSecond"] = "0",
            ["Logging:LogLevel:Default"] = "Error",
            ["Security:MasterKey"] = MasterKey,
            ["Accounts:PasswordIterations"] = environment == "Development" ? "1000" : "210000",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.AddPlatform();
        builder.AddAudit();
        builder.AddAccounts();
        if (clock is not null) builder.Services.AddSingleton(clock);
        var started = builder.Build();
        started.UsePlatform();
        var api = started.MapApi();
        api.MapAccounts();
        api.MapGet("/probe/me", (Caller caller) => new Shown(caller.UserId, caller.Role, caller.Name));
        api.MapGet("/probe/anyone", (HttpContext http) => http.FindCaller()?.UserId.ToString() ?? "nobody").AllowAnonymous();
        api.MapGet("/probe/staff", () => "fine").RequireRoles(Role.Staff, Role.Admin);
        api.MapGet("/probe/scoped", (Caller caller) => new Shown(caller.UserId, caller.Role, caller.Name)).RequireRoles(Role.Staff).AllowScope("probe:read").AllowScope("probe:all");
        api.MapGet("/probe/part", (Caller caller) => string.Join(' ', caller.Scopes)).RequireRoles(Role.Staff).AllowScopeUnder("probe:part");
        foreach (var path in (string[])["/probe/stream", "/probe/other"]) api.MapGet(path, StreamAsync).AllowStreamTicket().LongLived();
        try
        {
            await started.StartAsync();
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
        return new(started);
    }

    public Client Anonymous() => new(Address);

    public async Task<Client> SignInAsync(DemoAccount account) => await SignInAsync(account.Email, account.Password);

    public async Task<Client> SignInAsync(string email, string password)
    {
        using var anonymous = Anonymous();
        return Client.From(Address, email, await (await anonymous.PostJsonAsync("/auth/login", new { username = email, password })).ShouldAnswerAsync(200));
    }

    /// <summary>The same person at this server, with the token of another.</summary>
    public Client Here(Client elsewhere) => WithHeader("Authorization", $"Bearer {elsewhere.AccessToken}");

    public Client WithHeader(string name, string value)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    sealed record Shown(Guid UserId, Role Role, string? Name);

    static async Task StreamAsync(Caller caller, HttpContext http, ICallerSessions sessions)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, sessions.Ended(caller));
        await http.Response.WriteAsync("open\n", end.Token);
        await http.Response.Body.FlushAsync(end.Token);
        await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!http.RequestAborted.IsCancellationRequested) await http.Response.WriteAsync("ended\n");
    }
}

/// <summary>A stream that is being read.</summary>
internal sealed class OpenStream(HttpResponseMessage response, StreamReader reader) : IDisposable
{
    public static async Task<OpenStream> OpenAsync(HttpClient client, string path)
    {
        var response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        ((int)response.StatusCode).ShouldBe(200);
        var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).ShouldBe("open");
        return new(response, reader);
    }

    public Task<string?> NextLineAsync() => reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
    }
}
