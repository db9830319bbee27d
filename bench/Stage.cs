using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Consilium.Postgres;
using Consilium.ProviderDoubles;
using Npgsql;

namespace Consilium.Bench;

/// <summary>
/// Everything that the measurements need, on 127.0.0.1: one PostgreSQL with the product's settings, the product on it as in production, the
/// bare endpoints on a database beside it, and a user whose cases have messages.
/// </summary>
internal sealed class Stage : IAsyncDisposable
{
    const string Password = "a long password for measuring";

    readonly string directory = Path.Combine(Path.GetTempPath(), "cbench-" + Guid.CreateVersion7().ToString("N")[^8..]);
    readonly List<Process> processes = [];
    readonly ProviderDouble provider = Answers.Provider();
    EmbeddedPostgres postgres = null!;
    long lastNumber;

    public Uri Product { get; private set; } = null!;
    public Uri Limits { get; private set; } = null!;
    public string Token { get; private set; } = "";
    public IReadOnlyList<string> Cases { get; private set; } = [];

    /// <summary>A file that hangs on the user's first case, <see cref="FileBodies.Size"/> bytes.</summary>
    public string FileUrl { get; private set; } = "";

    public Answers Answers { get; private set; } = null!;

    /// <summary>The database of the limits: <c>limit_threads</c> and <c>limit_messages</c>.</summary>
    public NpgsqlConnectionStringBuilder LimitDatabase { get; private set; } = null!;

    /// <summary>Another number each time.</summary>
    public long NextNumber() => Interlocked.Increment(ref lastNumber);

    public static async Task<Stage> SetUpAsync(BenchOptions options)
    {
        var stage = new Stage();
        try
        {
            await stage.StartAsync(options);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    async Task StartAsync(BenchOptions options)
    {
        Directory.CreateDirectory(directory);
        postgres = await EmbeddedPostgres.StartAsync(new()
        {
            DataDirectory = Path.Combine(directory, "data"),
            Progress = Console.WriteLine,
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = "300" },
        });
        LimitDatabase = new(postgres.ConnectionString) { Database = "limits", MaxPoolSize = 64 };
        await ExecuteAsync(postgres.ConnectionString, "CREATE DATABASE limits");
        await ExecuteAsync(LimitDatabase.ConnectionString, LimitSql.Schema(options.Threads));

        Product = Address();
        Limits = Address();
        var server = Path.Combine(Root(), "src/Server/bin", Configuration(), "net10.0/Server.dll");
        Start(server, ["--urls", Product.ToString()], new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Data__Directory"] = Path.Combine(directory, "server"),
            ["ConnectionStrings__Database"] = postgres.ConnectionString,
            ["Limits__RequestsPerSecond"] = "0",
            ["Files__QuotaPerOwner"] = "1000000000000",
            ["Assistant__Providers__0__Name"] = "double",
            ["Assistant__Providers__0__BaseAddress"] = provider.BaseAddress.ToString(),
            ["Assistant__Providers__0__Model"] = "double",
            ["Assistant__Providers__0__MaxConcurrency"] = "1000",
            ["Assistant__Providers__0__FirstTokenTimeout"] = "00:10:00",
            ["Assistant__Budget__OwnerTokensPerDay"] = "0",
            ["Assistant__Budget__TokensPerDay"] = "0",
            ["Assistant__Budget__QueuedPerOwner"] = "0",
        });
        Start(typeof(Stage).Assembly.Location, ["limits", Limits.ToString(), LimitDatabase.ConnectionString, Directory.CreateDirectory(Path.Combine(directory, "limits")).FullName], []);
        await ReadyAsync(new(Product, "health"));
        await ReadyAsync(new(Limits, "json"));
        await FillAsync(options);
    }

    /// <summary>Another server, on a database of its own that this command has filled. In Development: invented people are for no other environment.</summary>
    public async Task<Uri> StartSeededAsync(string database, string[] command)
    {
        await ExecuteAsync(postgres.ConnectionString, $"CREATE DATABASE {database}");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Data__Directory"] = Path.Combine(directory, database),
            ["ConnectionStrings__Database"] = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = database }.ConnectionString,
            ["Limits__RequestsPerSecond"] = "0",
        };
        var server = Path.Combine(Root(), "src/Server/bin", Configuration(), "net10.0/Server.dll");
        Console.WriteLine($"Filling a clinic: {string.Join(' ', command)}…");
        await Start(server, command, environment).WaitForExitAsync();
        var address = Address();
        Start(server, ["--urls", address.ToString()], environment);
        await ReadyAsync(new(address, "health"));
        return address;
    }

    async Task FillAsync(BenchOptions options)
    {
        using var http = new HttpClient { BaseAddress = Product };
        await SendAsync(http, "auth/signup", new { email = "bench@example.com", password = Password });
        var login = await SendAsync(http, "auth/login", new { username = "bench@example.com", password = Password });
        Token = login.GetProperty("access_token").GetString()!;
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        Answers = new(provider.BaseAddress, Answers.Signed(Product, Token));
        Console.WriteLine($"Opening {options.Threads} cases…");
        var cases = new string[options.Threads];
        await Parallel.ForAsync(0, options.Threads, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var opened = await SendAsync(http, "api/v1/cases", new { issue_description = "A case to measure." });
            cases[i] = opened.GetProperty("id").GetString()!;
        });
        Cases = cases;
        using var upload = new ByteArrayContent(FileBodies.Multipart(unique: -1));
        upload.Headers.TryAddWithoutValidation("Content-Type", FileBodies.ContentType);
        using var uploaded = await http.PostAsync($"api/v1/cases/{cases[0]}/attachments", upload);
        FileUrl = (await uploaded.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("url").GetString()!;
        Console.WriteLine("Posting 100 messages to each of the first 20…");
        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            await SendAsync(http, $"api/v1/cases/{cases[i % Math.Min(20, cases.Length)]}/messages", new { content = LimitSql.Text, ask_assistant = false }));
        await ExecuteAsync(postgres.ConnectionString, "VACUUM ANALYZE");
        await ExecuteAsync(LimitDatabase.ConnectionString, "VACUUM ANALYZE");
    }

    static async Task<JsonElement> SendAsync(HttpClient http, string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    Process Start(string assembly, string[] arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => { if (line.Data is { Length: > 0 } text) Console.Error.WriteLine(text); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        processes.Add(process);
        return process;
    }

    static async Task ReadyAsync(Uri address)
    {
        using var http = new HttpClient();
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(100))
        {
            try
            {
                if ((await http.GetAsync(address)).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }
        }
        throw new TimeoutException($"{address} did not become ready.");
    }

    static Uri Address()
    {
        using var probe = new TcpListener(System.Net.IPAddress.Loopback, 0);
        probe.Start();
        return new($"http://127.0.0.1:{((System.Net.IPEndPoint)probe.LocalEndpoint).Port}/");
    }

    static string Root()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Consilium.slnx"))) return at.FullName;
        throw new InvalidOperationException("Run this inside the repository.");
    }

    static string Configuration() => AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await provider.DisposeAsync();
        foreach (var process in processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        if (postgres is not null) await postgres.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
