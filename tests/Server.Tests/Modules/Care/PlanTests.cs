using System.Text.RegularExpressions;
using Consilium.Tests.Api;
using Microsoft.AspNetCore.Http.Metadata;

namespace Consilium.Tests.Modules.Care;

/// <summary>Every read of Care, Records and Clinic on a large database: no statement reads a large table through, for whoever asks.</summary>
public sealed partial class PlanTests(PlanServer server) : IClassFixture<PlanServer>
{
    /// <summary>Reading a thousand doctors through is what PostgreSQL does best.</summary>
    const int Large = 2000;

    const double MaxRows = 5000;
    const double MaxBlocks = 15_000;

    /// <summary>So many times as much may a search look at: the newest texts, and what the trigram index finds.</summary>
    const double Searched = 3;

    /// <summary>Of the routes of these modules.</summary>
    internal static readonly string[] Tags = ["Patients", "Doctors", "Hospitals", "Mappings", "Records", "Appointments"];

    [Fact]
    public async Task Every_read_uses_indexes_and_a_missing_one_is_noticed()
    {
        var large = (await server.Database.ColumnAsync<string>($"SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > {Large}")).ToHashSet(StringComparer.Ordinal);
        foreach (var table in (string[])["patients", "appointments", "reports", "case_history_versions", "documents", "pages", "entries", "doctor_patients"]) large.ShouldContain(table);

        (await FaultsAsync(await RequestsAsync(_ => true), server.People, large)).ShouldBeEmpty();
        var prepared = (await RequestsAsync(pattern => pattern.EndsWith("/records/search", StringComparison.Ordinal))).FindAll(request => request.Role != "admin");
        (await FaultsAsync(prepared, server.PeopleOfGenericPlans, large)).ShouldBeEmpty();

        foreach (var (index, route) in ((string, string)[])[("records.reports_by_time", "/search"), ("audit.entries_by_subject", "/access-log")])
        {
            await server.Database.ExecuteAsync($"DROP INDEX {index}");
            (await FaultsAsync(await RequestsAsync(pattern => pattern.EndsWith(route, StringComparison.Ordinal)), server.People, large)).ShouldNotBeEmpty($"{index} is not needed");
        }
    }

    async Task<List<string>> FaultsAsync(List<(string Role, string Path)> requests, Dictionary<string, Client> people, HashSet<string> large)
    {
        requests.ShouldNotBeEmpty();
        var faults = new List<string>();
        foreach (var (role, path) in requests)
        {
            var (status, plans) = await server.PlansOfAsync(people[role], path);
            if (status >= 500) faults.Add($"{role} {path}: {status}");
            if (status < 400) plans.ShouldNotBeEmpty($"{role} {path}: how were its statements executed?");
            var times = path.Contains("/records/search", StringComparison.Ordinal) ? Searched : 1;
            faults.AddRange(plans.SelectMany(plan => plan.Faults(large, MaxRows * times, MaxBlocks * times).Select(fault => $"{role} {path}: {fault} in {Blanks().Replace(plan.Query, " ")}")));
        }
        return faults;
    }

    /// <summary>Every GET as each role, with things of the large database; searches with common words, a rare one, and one that nobody wrote.</summary>
    async Task<List<(string Role, string Path)>> RequestsAsync(Func<string, bool> wanted)
    {
        var requests = new List<(string, string)>();
        var routes = Route.Of(server.Server).Where(route => route.Method == "GET" && wanted(route.Pattern)
            && (route.Endpoint.Metadata.GetMetadata<ITagsMetadata>()?.Tags.Any(Tags.Contains) ?? false)
            && !route.Pattern.EndsWith("/download", StringComparison.Ordinal) // these files have no bytes
            && !route.Pattern.EndsWith("/events", StringComparison.Ordinal) && !route.Pattern.EndsWith("/ws", StringComparison.Ordinal));
        foreach (var route in routes)
            foreach (var role in server.People.Keys)
                if (await PathAsync(route.Pattern, role) is { } path)
                    foreach (var query in route.QueryParameters.ContainsKey("q") ? (string[])["?q=the", "?q=patient", "?q=cardelova", "?q=ferrinolis", "?q=neverwritten"] : ["", "?limit=200"])
                        if (query.Length == 0 || query.StartsWith("?q", StringComparison.Ordinal) || route.QueryParameters.ContainsKey("limit")) requests.Add((role, path + query));
        return requests;
    }

    /// <summary>The route's path to things that the caller may read: his first patient's.</summary>
    async Task<string?> PathAsync(string pattern, string role)
    {
        var path = pattern;
        foreach (Match parameter in Parameter().Matches(pattern))
        {
            var before = pattern[..parameter.Index].TrimEnd('/').Split('/')[^1];
            if (parameter.Groups["name"].Value.Contains("patient", StringComparison.OrdinalIgnoreCase)) before = "patients";
            if (parameter.Groups["name"].Value.Contains("doctor", StringComparison.OrdinalIgnoreCase)) before = "doctors";
            if (parameter.Groups["name"].Value.Contains("hospital", StringComparison.OrdinalIgnoreCase)) before = "hospitals";
            if (!Things.TryGetValue(before, out var sql)) return null;
            var id = await server.Database.ScalarAsync<Guid>(sql, server.People[role].UserId);
            if (id == Guid.Empty) return null;
            path = path.Replace(parameter.Value, $"{id}", StringComparison.Ordinal);
        }
        return path;
    }

    const string Own = "SELECT patient_id FROM care.access_readers WHERE reader_id = $1 UNION ALL (SELECT id FROM care.patients WHERE NOT EXISTS (SELECT FROM care.access_readers WHERE reader_id = $1) LIMIT 1)";

    static readonly Dictionary<string, string> Things = new(StringComparer.Ordinal)
    {
        ["patients"] = $"{Own} LIMIT 1",
        ["doctors"] = "SELECT id FROM care.doctors ORDER BY (id = $1) DESC LIMIT 1",
        ["hospitals"] = "SELECT id FROM care.hospitals ORDER BY (id = $1) DESC LIMIT 1",
        ["users"] = "SELECT $1",
        ["reports"] = $"SELECT id FROM records.reports WHERE patient_id IN ({Own}) LIMIT 1",
        ["documents"] = $"SELECT id FROM records.documents WHERE patient_id IN ({Own}) LIMIT 1",
        ["appointments"] = $"SELECT id FROM clinic.appointments WHERE patient_id IN ({Own}) LIMIT 1",
    };

    [GeneratedRegex(@"\{(?<name>\w+)(:\w+)?\}", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}
