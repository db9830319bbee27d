using System.Globalization;
using System.Text;
using System.Text.Json;
using Consilium.Platform.Seeding;
using Consilium.Tests.Modules.Accounts;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Care;

/// <summary>A server on a database with 10 000 patients and 1 000 doctors, which writes down how every statement was executed.</summary>
public sealed class PlanServer : IAsyncLifetime
{
    static readonly Dictionary<string, string?> Settings = new(CaseServer.QuickPasswords, StringComparer.Ordinal) { ["Security:MasterKey"] = ProbeServer.MasterKey };

    TestDatabase? database;
    Server? server;
    Server? generic;
    string log = "";

    internal TestDatabase Database => database!;

    internal Server Server => server!;

    internal Dictionary<string, Client> People { get; } = new(StringComparer.Ordinal);

    /// <summary>The same people at a server whose statements are planned without a look at their values, as PostgreSQL does with prepared ones after some time.</summary>
    internal Dictionary<string, Client> PeopleOfGenericPlans { get; } = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        database = await TestPostgres.CloneAsync();
        var seeding = await Server.StartAsync(Settings, sharedDatabase: database);
        await SeedCommand.RunAsync(seeding.Services, SeedCommand.Plan(DateTimeOffset.UtcNow, patients: 10_000, doctors: 1000), TextWriter.Null, default);
        await seeding.DisposeAsync();
        foreach (var sql in More) await database.ExecuteAsync(sql);
        await database.ExecuteAsync("ANALYZE");
        var name = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString).Database;
        foreach (var setting in (string[])["session_preload_libraries = 'auto_explain'", "auto_explain.log_min_duration = 0", "auto_explain.log_analyze = on",
            "auto_explain.log_buffers = on", "auto_explain.log_timing = off", "auto_explain.log_format = json", "auto_explain.log_parameter_max_length = 0"])
            await database.ExecuteAsync($"ALTER DATABASE {name} SET {setting}");
        log = Path.Combine((await database.ScalarAsync<string>("SHOW data_directory"))!, "postgres.log");
        server = await Server.StartAsync(Settings, sharedDatabase: database);
        var options = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString) { Options = "-c plan_cache_mode=force_generic_plan" };
        generic = await Server.StartAsync(new Dictionary<string, string?>(Settings, StringComparer.Ordinal) { ["ConnectionStrings:Database"] = options.ConnectionString }, sharedDatabase: database);
        foreach (var (at, people) in (List<(Server, Dictionary<string, Client>)>)[(server, People), (generic, PeopleOfGenericPlans)])
        {
            foreach (var role in (string[])["patient", "doctor", "hospital"]) people[role] = await at.SignInAsync($"{role}-00001@example.com", SeedCommand.Password);
            people["admin"] = await at.SignInAsync("admin@example.com", "admin123");
        }
    }

    public async Task DisposeAsync()
    {
        if (generic is not null) await generic.DisposeAsync();
        if (server is not null) await server.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
    }

    /// <summary>How the statements were executed that this request caused, and whatever ran beside it.</summary>
    internal async Task<(int Status, List<ExecutedPlan> Plans)> PlansOfAsync(Client caller, string path)
    {
        var from = new FileInfo(log).Length;
        using var answer = await caller.GetAsync(path);
        await using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek(from, SeekOrigin.Begin);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return ((int)answer.StatusCode, ExecutedPlan.All(await reader.ReadToEndAsync()));
    }

    /// <summary>What the seeder has none of: documents with text, and a log that has grown for years.</summary>
    static readonly string[] More =
    [
        """
        INSERT INTO files.blobs (sha256, size, media_type, scan, decoding, page_count, created_at)
        SELECT encode(sha256(id::text::bytea), 'hex'), 10, 'application/pdf', 'clean', 'done', 1, now() FROM care.patients
        """,
        """
        INSERT INTO files.pages (sha256, page, content)
        SELECT encode(sha256(p.id::text::bytea), 'hex'), 1, left(r.description, 120) FROM care.patients p JOIN LATERAL (SELECT description FROM records.reports r WHERE r.patient_id = p.id LIMIT 1) r ON true
        """,
        """
        INSERT INTO files.files (id, owner_id, place_kind, place_id, item_id, file_name, media_type, size, sha256, created_at, attached_at)
        SELECT gen_random_uuid(), id, 'patient', id, id, 'letter.pdf', 'application/pdf', 10, encode(sha256(id::text::bytea), 'hex'), now(), now() FROM care.patients
        """,
        "INSERT INTO records.documents (id, patient_id, uploaded_by, created_at) SELECT id, owner_id, owner_id, now() - random() * interval '900 days' FROM files.files",
        """
        INSERT INTO audit.access_append (at, actor_id, actor_role, action, resource, outcome, reason, subject_id)
        SELECT now(), d.doctor_id, 'doctor', 'report.read', 'report/1', 'ok', 'treating doctor', d.patient_id FROM care.doctor_patients d, generate_series(1, 4)
        """,
        """
        INSERT INTO audit.access_append (at, actor_id, actor_role, action, resource, outcome, reason, subject_id)
        SELECT now(), NULL, 'doctor', 'report.read', 'report/1', 'ok', 'treating doctor', id FROM accounts.users, generate_series(1, 500) WHERE email = 'patient-00001@example.com'
        """,
    ];
}

/// <summary>One statement as PostgreSQL executed it.</summary>
internal sealed record ExecutedPlan(string Query, JsonElement Root)
{
    public static List<ExecutedPlan> All(string log)
    {
        var plans = new List<ExecutedPlan>();
        var lines = log.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].EndsWith("plan:", StringComparison.Ordinal)) continue;
            var json = string.Join('\n', lines.Skip(i + 1).TakeWhile(line => line.StartsWith('\t')));
            var root = JsonDocument.Parse(json).RootElement;
            plans.Add(new(root.GetProperty("Query Text").GetString()!, root.GetProperty("Plan")));
        }
        return plans;
    }

    /// <summary>What is wrong with it, one readable line each.</summary>
    /// <param name="large">The tables that nobody reads through.</param>
    /// <param name="maxRows">What one step of it may look at.</param>
    /// <param name="maxBlocks">Of 8 kB, all together.</param>
    public IEnumerable<string> Faults(IReadOnlySet<string> large, double maxRows, double maxBlocks)
    {
        foreach (var node in Nodes(Root))
        {
            var (type, loops) = (node.GetProperty("Node Type").GetString()!, Number(node, "Actual Loops"));
            if (loops == 0) continue;
            var table = node.TryGetProperty("Relation Name", out var name) ? name.GetString()! : "";
            if (type == "Seq Scan" && large.Contains(table)) yield return $"reads all of {table}";
            foreach (var what in (string[])["Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"])
                if (Number(node, what) * loops is var rows && rows > maxRows) yield return string.Create(CultureInfo.InvariantCulture, $"{type} {table}: {rows:0} × {what}");
        }
        if (Number(Root, "Shared Hit Blocks") + Number(Root, "Shared Read Blocks") is var blocks && blocks > maxBlocks) yield return string.Create(CultureInfo.InvariantCulture, $"{blocks:0} blocks");
    }

    static IEnumerable<JsonElement> Nodes(JsonElement node) =>
        node.TryGetProperty("Plans", out var plans) ? plans.EnumerateArray().SelectMany(Nodes).Prepend(node) : [node];

    static double Number(JsonElement node, string name) => node.TryGetProperty(name, out var value) ? value.GetDouble() : 0;
}
