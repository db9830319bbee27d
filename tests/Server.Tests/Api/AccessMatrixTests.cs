using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Consilium.Tests.Api;

/// <summary>
/// Every operation, asked by everybody for what is the patient's and for what is nobody's: those who may not know of something get
/// the very answer that they get when there is nothing.
/// </summary>
public sealed partial class AccessMatrixTests(AccessWorld world) : IClassFixture<AccessWorld>
{
    [Fact]
    public void Every_route_has_its_line() => AccessMatrix.Faults(AccessMatrix.RoutesOf(Route.Of(world)), AccessMatrix.All).ShouldBeEmpty();

    [Fact]
    public void Every_operation_of_the_document_has_its_line()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "openapi.json")));

        AccessMatrix.OperationsWithout(AccessMatrix.All, document.RootElement).ShouldBeEmpty("Say who gets in, in AccessMatrix.");
        AccessMatrix.OperationsWithout([.. AccessMatrix.All.Where(rule => rule.Route != "GET /api/v1/audit")], document.RootElement).ShouldBe(["GET /api/v1/audit"]);
    }

    [Fact]
    public void A_route_without_a_line_is_noticed()
    {
        var routes = AccessMatrix.RoutesOf(Route.Of(world));

        AccessMatrix.Faults([.. routes, "GET /api/v1/patients/{id:guid}/secrets"], AccessMatrix.All).ShouldBe(["GET /api/v1/patients/{id:guid}/secrets: say here who gets in"]);
        AccessMatrix.Faults(routes, [.. AccessMatrix.All.Skip(1)]).Count.ShouldBe(1);
        AccessMatrix.Faults([.. routes.Skip(1)], AccessMatrix.All).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Everybody_gets_what_the_table_says()
    {
        var faults = new List<string>();
        var cells = 0;
        foreach (var rule in AccessMatrix.All)
            foreach (var cell in await CellsAsync(rule))
            {
                cells++;
                if (cell.Fault is { } fault) faults.Add($"{rule.Route} {rule.Case} by {cell.Who}{(cell.IsAbsent ? ", absent" : "")}: {fault}");
            }

        faults.ShouldBeEmpty();
        cells.ShouldBeGreaterThanOrEqualTo(AccessMatrix.All.Count * AccessWorld.Everybody.Count);
    }

    [Fact]
    public async Task A_line_that_is_wrong_is_noticed()
    {
        var rule = AccessMatrix.All.Single(one => one.Route == "GET /api/v1/patients/{id:guid}");
        AccessRule[] wrong =
        [
            rule with { In = [.. rule.In, Who.Colleague] }, rule with { In = [.. rule.In.Except([Who.Hospital])] }, rule with { Never = [] },
            rule with { Shows = ([Who.Patient], world => world.Id(Who.Patient)) },
        ];

        foreach (var one in wrong) (await CellsAsync(one)).Count(cell => cell.Fault is not null).ShouldBeGreaterThan(0);
    }

    /// <summary>Those who are refused first, all at the same thing; then each who gets in, at something of their own.</summary>
    async Task<List<Cell>> CellsAsync(AccessRule rule)
    {
        var cells = new List<Cell>();
        var refused = await rule.Good(world);
        foreach (var who in AccessWorld.Everybody.OrderBy(rule.In.Contains))
        {
            var call = rule.In.Contains(who) ? await rule.Good(world) : refused;
            var absent = new List<Answer>();
            foreach (var nobodys in rule.IsOpen ? [] : call.WithAbsentIds())
            {
                var answer = await AskAsync(who, nobodys, rule);
                cells.Add(new(who, IsAbsent: true, FaultOf(answer, rule.ExpectedOfAbsent(who))));
                absent.Add(answer);
            }
            var given = await AskAsync(who, call, rule);
            var fault = FaultOf(given, rule.Expected(who)) ?? (rule.Shows is { } shows && given.Status == 200 ? FaultOf(given, shows.Id(world), shows.By.Contains(who)) : null);
            if (fault is null && given.Status == 404 && !rule.In.Contains(who)) fault = absent.Where(answer => answer.Body != given.Body).Select(answer => $"{given.Body} differs from {answer.Body}").FirstOrDefault();
            cells.Add(new(who, IsAbsent: false, fault));
        }
        return cells;
    }

    static string? FaultOf(Answer answer, int expected) => (expected == 200 ? answer.Status is >= 200 and < 300 : answer.Status == expected)
        ? null
        : $"{answer.Status} instead of {expected}: {answer.Body}";

    static string? FaultOf(Answer answer, Guid id, bool isShown) => answer.Body.Contains($"{id}", StringComparison.Ordinal) == isShown
        ? null
        : $"{(isShown ? "does not show" : "shows")} {id}: {answer.Body}";

    async Task<Answer> AskAsync(Who who, Call call, AccessRule rule)
    {
        var client = await world.AskingAsync(who, rule.EndsSession);
        using var answer = await client.SendAsync(call.Request(rule.Route.Split(' ')[0]), HttpCompletionOption.ResponseHeadersRead);
        var isStream = answer.StatusCode == HttpStatusCode.SwitchingProtocols || answer.Content.Headers.ContentType?.MediaType == "text/event-stream";
        return new((int)answer.StatusCode, isStream ? "" : Trace().Replace(await answer.Content.ReadAsStringAsync(), ""));
    }

    sealed record Answer(int Status, string Body);

    sealed record Cell(Who Who, bool IsAbsent, string? Fault);

    [GeneratedRegex("\"trace_id\":\"[0-9a-f]{32}\"", RegexOptions.NonBacktracking)]
    private static partial Regex Trace();
}
