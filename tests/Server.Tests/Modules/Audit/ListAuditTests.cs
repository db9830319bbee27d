using System.Text.Json;
using Consilium.Modules.Audit;
using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Audit;

/// <summary>Each test writes entries of a time of its own, long ago or far ahead, and asks for that time alone.</summary>
public sealed class ListAuditTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Path = "/api/v1/audit";

    static readonly Guid Anna = Guid.CreateVersion7();
    static readonly Guid Ben = Guid.CreateVersion7();
    static readonly Guid Patient = Guid.CreateVersion7();

    [Theory]
    [InlineData("actor={anna}", "1 2 3")]
    [InlineData("actor={ben}", "4 5")]
    [InlineData("action=case.read", "1 4")]
    [InlineData("action=case", "")]
    [InlineData("action=message.post", "5")]
    [InlineData("action=case.", "1 3 4")]
    [InlineData("action=case.*", "1 3 4")]
    [InlineData("resource=case/1", "1 3")]
    [InlineData("resource=case/", "1 3 4")]
    [InlineData("resource=case/1*", "1 3 4")]
    [InlineData("resource=case*", "1 3 4 7")]
    [InlineData("resource=50%25/a_b", "5")]
    [InlineData("resource=50%25/a_*", "5")]
    [InlineData("resource=50%25/a%25*", "")]
    [InlineData("action=c_se.", "")]
    [InlineData("outcome=ok", "1 2 3 7")]
    [InlineData("outcome=denied", "4 6")]
    [InlineData("outcome=failed", "5")]
    [InlineData("subject={patient}", "2 4")]
    [InlineData("from=2001-01-01T00:00:03Z", "3 4 5 6 7")]
    [InlineData("to=2001-01-01T00:00:03Z", "1 2")]
    [InlineData("from=2001-01-01T01:00:02%2b01:00&to=2001-01-01T00:00:04Z", "2 3")]
    [InlineData("actor={anna}&action=case.&resource=case/1&outcome=ok&from=2001-01-01T00:00:02Z", "3")]
    [InlineData("subject={patient}&outcome=denied&actor={ben}", "4")]
    [InlineData("subject={patient}&outcome=denied&actor={anna}", "")]
    public async Task Each_filter_narrows_and_all_of_them_together(string filter, string expected)
    {
        await SevenEntriesAsync();
        var time = filter.Contains("from=", StringComparison.Ordinal) ? "" : "&from=2001-01-01T00:00:00Z";
        if (!filter.Contains("to=", StringComparison.Ordinal)) time += "&to=2001-01-02T00:00:00Z";

        var query = filter.Replace("{anna}", $"{Anna}", StringComparison.Ordinal).Replace("{ben}", $"{Ben}", StringComparison.Ordinal)
            .Replace("{patient}", $"{Patient}", StringComparison.Ordinal);
        var page = await server.Admin.GetJsonAsync($"{Path}?{query}{time}");

        page.Items().Select(entry => entry.GetProperty("at").GetDateTimeOffset().Second.ToString(System.Globalization.CultureInfo.InvariantCulture)).Reverse()
            .ShouldBe(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        page.GetProperty("next_cursor").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task An_entry_says_who_what_when_why_and_from_where()
    {
        await server.Database.ExecuteAsync("""
            INSERT INTO audit.entries (at, actor_id, actor_role, action, resource, outcome, reason, address, trace_id, subject_id)
            VALUES ('2002-01-01T00:00:00.123456Z', $1, 'doctor', 'report.read', 'report/7', 'ok', 'treats', '192.0.2.7', 'abc', $2)
            """, Anna, Patient);

        var entry = (await server.Admin.GetJsonAsync($"{Path}?from=2002-01-01T00:00:00Z&to=2002-01-02T00:00:00Z")).Items().Single();

        (entry.Id("actor_id"), entry.Text("actor_role"), entry.Text("action"), entry.Text("resource"), entry.Text("outcome"), entry.Text("reason"), entry.Text("address"),
            entry.Text("trace_id"), entry.Id("subject_id"), entry.Text("at"))
            .ShouldBe((Anna, "doctor", "report.read", "report/7", "ok", "treats", "192.0.2.7", "abc", Patient, "2002-01-01T00:00:00.123456Z"));
        entry.Number("id").ShouldBePositive();
    }

    [Fact]
    public async Task Pages_go_on_where_the_last_one_ended_while_entries_are_added()
    {
        // Two of each time: what is of one time is told apart by its number.
        await server.Database.ExecuteAsync("""
            INSERT INTO audit.entries (at, action, resource, actor_id) SELECT timestamptz '2003-01-01Z' + (i / 2) * interval '1 s', 'paged', 'paged/' || i, $1
            FROM generate_series(0, 10) i
            """, Anna);
        foreach (var filter in (string[])["", "&action=paged"])
        {
            var seen = new List<string?>();
            string? cursor = null;
            do
            {
                var page = await server.Admin.GetJsonAsync($"{Path}?from=2003-01-01T00:00:00Z&to=2003-01-02T00:00:00Z&limit=3{filter}{(cursor is null ? "" : $"&cursor={cursor}")}");
                seen.AddRange(page.Items().Select(entry => entry.Text("resource")));
                cursor = page.Text("next_cursor");
                await server.Database.ExecuteAsync("INSERT INTO audit.entries (at, action, resource) VALUES ('2003-01-01T12:00:00Z', 'paged', 'late')");
            }
            while (cursor is not null);
            seen.RemoveAll(resource => resource == "late"); // what came with the round before
            seen.ShouldBe(Enumerable.Range(0, 11).Reverse().Select(i => $"paged/{i}"));
        }
    }

    [Fact]
    public async Task Few_among_many_are_found_in_steps_of_bounded_size()
    {
        var many = TrailSearch.MostScanned + 10;
        await server.Database.ExecuteAsync("""
            INSERT INTO audit.entries (at, action, resource, outcome)
            SELECT timestamptz '2004-01-01Z' + i * interval '1 ms', kind, kind, 'ok' FROM generate_series(1, $1) i, LATERAL (SELECT CASE WHEN i IN (1, $1) THEN 'rare' ELSE 'common' END) k (kind)
            """, many);
        const string time = "from=2004-01-01T00:00:00Z&to=2004-01-02T00:00:00Z";

        var first = await server.Admin.GetJsonAsync($"{Path}?{time}&resource=rare");
        first.Items().Count.ShouldBe(1);
        var second = await server.Admin.GetJsonAsync($"{Path}?{time}&resource=rare&cursor={first.Text("next_cursor")}");
        (second.Items().Count, second.Text("next_cursor")).ShouldBe((1, null));
        second.Items()[0].Number("id").ShouldBeLessThan(first.Items()[0].Number("id"));

        var none = await server.Admin.GetJsonAsync($"{Path}?{time}&resource=none");
        (none.Items().Count, none.Text("next_cursor") is null).ShouldBe((0, false));
        foreach (var (filter, count) in ((string, int)[])[("outcome=denied", 0), ("action=rare", 2), ("action=none", 0), ($"subject={Patient}", 0)])
        {
            var page = await server.Admin.GetJsonAsync($"{Path}?{time}&{filter}");
            (page.Items().Count, page.Text("next_cursor")).ShouldBe((count, null), $"{filter} has an index of its own");
        }
    }

    [Fact]
    public async Task Reading_the_trail_is_an_entry_which_the_next_read_shows()
    {
        var admin = await server.SignedInAsync("admin");
        var patient = Guid.CreateVersion7();
        var at = DateTimeOffset.UtcNow.AddMinutes(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

        (await admin.GetJsonAsync($"{Path}?subject={patient}")).Items().ShouldBeEmpty();
        await (await admin.GetAsync($"{Path}?outcome=wrong")).ShouldRefuseFieldsAsync("outcome");

        var read = (await server.Admin.GetJsonAsync($"{Path}?actor={admin.UserId}&action=audit.read&from={at}")).Items().Single();
        (read.Text("actor_role"), read.Text("resource"), read.Text("outcome"), read.Text("reason"), read.Id("subject_id")).ShouldBe(("admin", "audit", "ok", "0 shown", patient));
        read.Text("trace_id")!.Length.ShouldBe(32);
    }

    [Theory]
    [InlineData("actor=anna", "actor")]
    [InlineData("subject=1", "subject")]
    [InlineData("action=", "action")]
    [InlineData("action=case*", "action")]
    [InlineData("action=*", "action")]
    [InlineData("action=case.*.read", "action")]
    [InlineData("resource=", "resource")]
    [InlineData("resource=*", "resource")]
    [InlineData("resource=case/*/1", "resource")]
    [InlineData("outcome=OK", "outcome")]
    [InlineData("from=2026-01-31", "from")]
    [InlineData("to=2026-01-31T09:30:00", "to")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("cursor=nonsense", "cursor")]
    public async Task Wrong_filters_are_named(string query, string field) =>
        await (await server.Admin.GetAsync($"{Path}?{query}")).ShouldRefuseFieldsAsync(field);

    [Fact]
    public async Task It_is_for_admins_alone()
    {
        foreach (var other in (Client[])[server.Owner, server.Staff, server.Doctor, await server.SignedInAsync("patient"), await server.SignedInAsync("hospital"),
            await server.KeyAsync("cases:write")])
            await (await other.GetAsync(Path)).ShouldBeProblemAsync(403, "forbidden");
        using var anonymous = server.Anonymous();
        await (await anonymous.GetAsync(Path)).ShouldBeProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task Nobody_changes_what_was_written()
    {
        foreach (var change in (string[])["UPDATE audit.entries SET action = 'x'", "DELETE FROM audit.entries", "TRUNCATE audit.entries"])
            await Should.ThrowAsync<Npgsql.PostgresException>(() => server.Database.ExecuteAsync(change));
    }

    /// <summary>At the seconds one to seven of the day 2001-01-01, once for all tests.</summary>
    Task SevenEntriesAsync() => server.Database.ExecuteAsync("""
        INSERT INTO audit.entries (at, actor_id, action, resource, outcome, subject_id)
        SELECT timestamptz '2001-01-01Z' + second * interval '1 s', actor, action, resource, outcome, subject
        FROM (VALUES
            (1, $1, 'case.read', 'case/1', 'ok', NULL),
            (2, $1, 'report.read', 'report/1', 'ok', $3),
            (3, $1, 'case.close', 'case/1', 'ok', NULL),
            (4, $2, 'case.read', 'case/12', 'denied', $3),
            (5, $2, 'message.post', '50%/a_b', 'failed', NULL),
            (6, NULL, 'session.refused', 'session', 'denied', NULL),
            (7, NULL, 'casefile', 'casefile', 'ok', NULL)) entry (second, actor, action, resource, outcome, subject)
        WHERE NOT EXISTS (SELECT 1 FROM audit.entries WHERE at = '2001-01-01T00:00:01Z')
        """, Anna, Ben, Patient);
}
