using System.Text.Json;
using Consilium.Tests.Docs;
using Consilium.Tests.Modules.Accounts;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Conversations;

namespace Consilium.Tests.Api;

/// <summary>Bad input at every route of the server: always a clear refusal, never a 5xx, and nothing changed.</summary>
public sealed class EveryRouteTests(CaseServer server) : IClassFixture<CaseServer>
{
    [Fact]
    public void Every_route_has_an_example()
    {
        var routes = Route.Of(server).ConvertAll(route => route.Key);

        routes.Except(Examples.All.Keys, StringComparer.Ordinal).ShouldBeEmpty("Give these routes a good request in Examples.cs.");
        Examples.All.Keys.Except(routes, StringComparer.Ordinal).ShouldBeEmpty("These routes are gone.");
    }

    [Fact]
    public async Task Every_example_is_taken()
    {
        foreach (var route in Route.Of(server))
        {
            var example = await Examples.All[route.Key](server);
            using var answer = await example.Caller.SendAsync(Attack.Good(route, example), HttpCompletionOption.ResponseHeadersRead);
            if (example.Answers == 200) answer.IsSuccessStatusCode.ShouldBeTrue($"{route.Key} answered {(int)answer.StatusCode}");
            else ((int)answer.StatusCode).ShouldBe(example.Answers, route.Key);
        }
        (await server.Database.ColumnAsync<string>("SELECT DISTINCT action FROM audit.entries")).Except(AuditPageTests.Actions, StringComparer.Ordinal)
            .ShouldBeEmpty("Give these actions of the trail their place in docs/audit.md.");
    }

    [Fact]
    public Task Without_a_good_credential_nothing_is_open() =>
        AttackAsync(route => !route.IsAnonymous, Attack.OnCredentials, _ => server.Anonymous());

    [Fact]
    public Task Bad_bodies_are_refused() => AttackAsync(route => route.BodyMembers.Count > 0, Attack.OnBody);

    [Fact]
    public Task Texts_that_nobody_sees_are_refused() => AttackAsync(route => route.BodyMembers.Count > 0, Attack.OnBlankTexts);

    [Fact]
    public Task Ids_that_nobody_has_are_not_found() => AttackAsync(route => route.PathParameters.Count > 0, Attack.OnPath);

    [Fact]
    public Task Bad_queries_are_refused() => AttackAsync(_ => true, Attack.OnQuery);

    [Fact]
    public async Task What_belongs_to_another_is_not_found()
    {
        foreach (var other in (Client[])[server.Stranger, server.Doctor])
            await AttackAsync(
                route => route.PathParameters.Count > 0 && !route.IsAnonymous, (route, example) => example.IsForAll ? [] : [Attack.ByAnother(route, example)], _ => other);
    }

    async Task AttackAsync(Func<Route, bool> where, Func<Route, Example, IEnumerable<Attack>> attacks, Func<Example, HttpClient>? by = null)
    {
        var targets = new List<(Route Route, Example Example)>();
        foreach (var route in Route.Of(server).Where(where)) targets.Add((route, await Examples.All[route.Key](server)));
        targets.ShouldNotBeEmpty();
        await NothingInTheBackgroundAsync();
        var before = await RowsAsync();
        var faults = new List<string>();
        foreach (var (route, example) in targets)
            foreach (var attack in attacks(route, example))
                if (await FaultAsync(by?.Invoke(example) ?? example.Caller, attack) is { } fault) faults.Add($"{route.Key}, {attack.Name}: {fault}");
        faults.ShouldBeEmpty();
        (await RowsAsync()).ShouldBe(before);
    }

    /// <summary>
    /// What the good requests left to do is done, and what comes back by the clock (recurring jobs, the retries of one that nobody knows how to do) is put
    /// off, so that only an attack can change a row.
    /// </summary>
    async Task NothingInTheBackgroundAsync()
    {
        for (var putOff = -1L; putOff != 0;)
        {
            await Eventually.BecomesAsync(0, () => server.Database.ScalarAsync<long>("""
                SELECT (SELECT count(*) FROM platform.jobs WHERE status = 'running' OR (status = 'queued' AND run_at <= now()))
                    + (SELECT count(*) FROM assistant.runs WHERE status IN ('queued', 'running'))
                """));
            putOff = await server.Database.ScalarAsync<long>("""
                WITH late AS (
                    UPDATE platform.jobs SET run_at = now() + interval '1 day' WHERE status = 'queued' AND run_at < now() + interval '1 hour' RETURNING 1)
                SELECT count(*) FROM late
                """);
        }
    }

    /// <summary>What is wrong with the answer; null when it refuses as it should.</summary>
    static async Task<string?> FaultAsync(HttpClient client, Attack attack)
    {
        using var answer = await client.SendAsync(attack.Request, HttpCompletionOption.ResponseHeadersRead);
        var status = (int)answer.StatusCode;
        if (attack.IsNoHttp) return attack.Statuses.Contains(status) ? null : $"{status}";
        var isEnveloped = ConversationCalls.Roots.Any(root => answer.RequestMessage!.RequestUri!.AbsolutePath.StartsWith(root, StringComparison.Ordinal));
        if (answer.Content.Headers.ContentType?.MediaType != (isEnveloped ? "application/json" : "application/problem+json")) return $"{status} as {answer.Content.Headers.ContentType}";
        var text = await answer.Content.ReadAsStringAsync();
        if (!attack.Statuses.Contains(status)) return $"{status} instead of {string.Join(" or ", attack.Statuses)}: {text}";
        using var problem = JsonDocument.Parse(text);
        var root = problem.RootElement;
        var isWhole = isEnveloped
            ? root.Text("status") == "error" && root.Number("code") == status && root.Text("message") is { Length: > 0 } && root.GetProperty("details").ValueKind == JsonValueKind.Object
            : root.Number("status") == status && root.Text("detail") is { Length: > 0 };
        return isWhole && root.Text(isEnveloped ? "error" : "code") is { Length: > 0 } && root.Text("trace_id") is { Length: 32 } ? null : $"no whole problem: {text}";
    }

    /// <summary>A digest of every table but the audit trail, which grows by refusals too, and of all but when keys were used, which is noted later.</summary>
    async Task<List<string>> RowsAsync()
    {
        var tables = await server.Database.ColumnAsync<string>("""
            SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'audit') ORDER BY 1
            """);
        var rows = new List<string>();
        foreach (var table in tables)
        {
            var digest = $"SELECT count(*) || ' ' || coalesce(md5(string_agg(r, '|' ORDER BY r)), '') FROM {table} t, LATERAL (SELECT (to_jsonb(t) - 'last_used_at')::text) row (r)";
            rows.Add($"{table} {await server.Database.ScalarAsync<string>(digest)}");
        }
        return rows;
    }
}
