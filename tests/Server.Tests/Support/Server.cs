using Consilium.Modules.Assistant;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Support;

/// <summary>
/// The real application in this process, listening on a free port, on a migrated database of its own. Use it as a class fixture
/// (<c>IClassFixture&lt;Server&gt;</c>), derive a fixture to change settings, services or the clock, or start one with <see cref="StartAsync"/>.
/// </summary>
public class Server : IAsyncLifetime
{
    /// <summary>Of every account that <see cref="SignedInAsync"/> makes.</summary>
    internal const string Password = "several plain words 7";

    readonly Lazy<Task<Client>> admin;
    TestDatabase? database;
    TestDatabase? shared;
    Action<IServiceCollection>? configureServices;
    Application? application;

    public Server() => admin = new(() => SignInAsync("admin@example.com", "admin123"));

    /// <summary>Configuration keys that this server should see.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>The clock that the server reads. <see cref="ManualClock"/> stands still until it is told to move.</summary>
    public virtual TimeProvider Clock { get; protected init; } = TimeProvider.System;

    /// <summary>Replaces services of the application, once it has added its own.</summary>
    protected virtual void ConfigureServices(IServiceCollection services) => configureServices?.Invoke(services);

    /// <summary>A started server for a test that wants its own. On <paramref name="sharedDatabase"/> several servers can run on one database.</summary>
    internal static async Task<Server> StartAsync(
        IReadOnlyDictionary<string, string?>? settings = null, TimeProvider? clock = null, Action<IServiceCollection>? services = null,
        TestDatabase? sharedDatabase = null)
    {
        var server = new Server
        {
            Settings = settings ?? new Dictionary<string, string?>(StringComparer.Ordinal),
            Clock = clock ?? TimeProvider.System,
            configureServices = services,
            shared = sharedDatabase,
        };
        await server.InitializeAsync();
        return server;
    }

    /// <summary>The rows behind the server.</summary>
    internal TestDatabase Database => shared ?? database ?? throw new InvalidOperationException("The server has not been started.");

    /// <summary>The application's own services.</summary>
    public IServiceProvider Services => Running.Services;

    /// <summary>Where it listens: <c>http://127.0.0.1:port</c>.</summary>
    public Uri Address => Running.ClientOptions.BaseAddress;

    /// <summary>Somebody without an account.</summary>
    public Client Anonymous() => new(Address);

    /// <summary>A fresh account of this role (user, patient, doctor, hospital, staff, admin), signed in.</summary>
    public async Task<Client> SignedInAsync(string role)
    {
        var email = $"{role}-{Guid.CreateVersion7():N}@example.com";
        const string password = Password;
        using var anonymous = Anonymous();
        var name = $"Test {role}";
        if (role is "patient" or "doctor" or "hospital")
        {
            var signup = await anonymous.PostJsonAsync($"/api/v1/auth/{role}/signup", new { email, password, name });
            return Client.From(Address, email, await signup.ShouldAnswerAsync(201));
        }
        var created = role is "user"
            ? await anonymous.PostJsonAsync("/auth/signup", new { email, password })
            : await (await admin.Value).PostJsonAsync("/api/v1/auth/signup", new { email, password, role, name });
        await created.ShouldAnswerAsync(201);
        return await SignInAsync(email, password);
    }

    /// <summary>Signs in to an account that exists.</summary>
    public async Task<Client> SignInAsync(string email, string password)
    {
        using var anonymous = Anonymous();
        var login = await anonymous.PostJsonAsync("/auth/login", new { username = email, password });
        return Client.From(Address, email, await login.ShouldAnswerAsync(200));
    }

    public virtual async Task InitializeAsync()
    {
        if (shared is null) database = await TestPostgres.CloneAsync();
        application = new(this, Database.ConnectionString);
        application.UseKestrel(0);
        await Task.Run(application.StartServer);
    }

    public virtual async Task DisposeAsync()
    {
        if (application is not null) await application.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
    }

    Application Running => application ?? throw new InvalidOperationException("The server has not been started.");

    sealed class Application(Server server, string connectionString) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Development");
            builder.UseSetting("ConnectionStrings:Database", connectionString);
            builder.UseSetting("Data:Directory", TempDirectory.New());
            builder.UseSetting("Limits:RequestsPerSecond", "0");
            builder.UseSetting("Database:MaxPoolSize", "20");
            builder.UseSetting("Accounts:PasswordIterations", "1000"); // hashing at its real cost would be most of the run
            builder.UseSetting("Logging:LogLevel:Default", "Warning");
            foreach (var variable in KnownProvider.Variables) builder.UseSetting(variable, ""); // a developer's own keys are not for tests
            foreach (var (key, value) in server.Settings) builder.UseSetting(key, value);
            builder.ConfigureTestServices(services =>
            {
                services.AddSingleton(server.Clock);
                server.ConfigureServices(services);
            });
        }
    }
}

/// <summary>An HTTP client of one person: follows no redirects, keeps no cookies.</summary>
public sealed class Client : HttpClient
{
    internal Client(Uri address) : base(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) => BaseAddress = address;

    public Guid UserId { get; private init; }
    public string Email { get; private init; } = "";
    public string AccessToken { get; private init; } = "";
    public string RefreshToken { get; private init; } = "";

    /// <summary>The profile (doctor, patient, hospital) of the account; null where the role has none.</summary>
    public Guid? ProfileId { get; private init; }

    /// <summary>A program with this API key.</summary>
    internal static Client WithKey(Uri address, string key) => new(address) { DefaultRequestHeaders = { { "X-API-Key", key } } };

    internal static Client From(Uri address, string email, System.Text.Json.JsonElement login) => new(address)
    {
        UserId = login.GetProperty("user_id").GetGuid(),
        Email = email,
        AccessToken = login.GetProperty("access_token").GetString()!,
        RefreshToken = login.GetProperty("refresh_token").GetString()!,
        ProfileId = login.TryGetProperty("profile_id", out var profile) && profile.ValueKind == System.Text.Json.JsonValueKind.String ? profile.GetGuid() : null,
        DefaultRequestHeaders = { Authorization = new("Bearer", login.GetProperty("access_token").GetString()) },
    };
}
