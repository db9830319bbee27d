using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;

namespace Consilium.Tests.Api;

/// <summary>What everybody gets of one route. Who is neither in nor refused by role finds nothing: <see cref="Elsewhere"/>.</summary>
/// <param name="Route">As the server knows it.</param>
/// <param name="Good">The request: about the patient, or about something new that is the same to everybody as what is the patient's.</param>
/// <param name="In">Get a 2xx.</param>
/// <param name="Never">Get 403 whatever they ask for. Programs whose scope the route does not take always do.</param>
internal sealed record AccessRule(string Route, Func<AccessWorld, Task<Call>> Good, Who[] In, Who[] Never)
{
    /// <summary>Of a route with several lines: what this one is about.</summary>
    public string Case { get; init; } = "";

    /// <summary>Get 403, for they may know of it and not do this with it.</summary>
    public Who[] NotThis { get; init; } = [];

    /// <summary>What those get who may use the route, but not for this.</summary>
    public int Elsewhere { get; init; } = 404;

    /// <summary>What those who get in are answered, where it is no 2xx.</summary>
    public int Answers { get; init; } = 200;

    /// <summary>Programs whose scope the route takes, without getting in.</summary>
    public Who[] TakesKeysOf { get; init; } = [];

    /// <summary>Whether the request ends the session that it comes from.</summary>
    public bool EndsSession { get; init; }

    /// <summary>What everybody gets for an id that nobody has.</summary>
    public int Absent { get; init; } = 404;

    /// <summary>Those who get an empty list for an id that nobody has.</summary>
    public Who[] EmptyOfNobody { get; init; } = [];

    /// <summary>Of a list that many get: who finds something of the patient there, and what.</summary>
    public (Who[] By, Func<AccessWorld, Guid> Id)? Shows { get; init; }

    /// <summary>Whether nobody needs to have signed in.</summary>
    public bool IsOpen { get; init; }

    public int Expected(Who who) => who switch
    {
        _ when In.Contains(who) => Answers,
        Who.Anonymous => 401,
        Who.WrongProgram or Who.AdminsProgram or Who.Bot => TakesKeysOf.Contains(who) ? Elsewhere : 403,
        _ => Never.Contains(who) || NotThis.Contains(who) ? 403 : Elsewhere,
    };

    public int ExpectedOfAbsent(Who who) => EmptyOfNobody.Contains(who) ? 200 : Expected(who) is 401 or 403 && !NotThis.Contains(who) ? Expected(who) : Absent;
}

/// <summary>Who gets what of every operation: one table, in parts by module.</summary>
internal static partial class AccessMatrix
{
    /// <summary>Patients, users, and those who act for a patient.</summary>
    static readonly Who[] Customers = [Who.Patient, Who.Relative, Who.User, Who.OtherPatient];

    static readonly Who[] Doctors = [Who.Treating, Who.Colleague, Who.ForeignDoctor];
    static readonly Who[] Hospitals = [Who.Hospital, Who.ForeignHospital];

    /// <summary>The rule of who may read a patient's data, as it comes out for these people.</summary>
    static readonly Who[] Readers = [Who.Patient, Who.Relative, Who.Treating, Who.Hospital, Who.Admin, Who.Program];

    static readonly Who[] SignedIn = [.. Customers, .. Doctors, .. Hospitals, Who.Staff, Who.Admin];

    /// <summary>Those of <see cref="SignedIn"/> who have no business with patients' data.</summary>
    static readonly Who[] Staff = [Who.Staff];

    static readonly Who[] OnlyAdmin = [Who.Admin];

    static readonly Who[] StaffAndAdmin = [Who.Staff, Who.Admin];

    /// <summary>Those who read the case and the ticket that the patient opened.</summary>
    static readonly Who[] DoorReaders = [Who.Patient, Who.Staff, Who.Admin];

    /// <summary>Those who have no business at the doors of customers and staff.</summary>
    static readonly Who[] NeverAtDoors = [.. Doctors, .. Hospitals, Who.Program];

    public static IReadOnlyList<AccessRule> All { get; } =
        [.. Accounts(), .. Administration(), .. Cases(), .. Tickets(), .. Conversations(), .. Settings(), .. Care(), .. Mappings(), .. Records(), .. Clinic()];

    /// <summary>The routes that the API's document has, as the server knows them.</summary>
    public static List<string> RoutesOf(IEnumerable<Route> routes) =>
        [.. routes.Where(route => route.Endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null).Select(route => route.Key)];

    /// <summary>The operations of a document of the API without a line.</summary>
    public static List<string> OperationsWithout(IReadOnlyCollection<AccessRule> rules, JsonElement document)
    {
        var known = rules.Select(rule => WithoutNames(rule.Route)).ToHashSet(StringComparer.Ordinal);
        return [.. from path in document.GetProperty("paths").EnumerateObject()
                   from operation in path.Value.EnumerateObject()
                   let name = $"{operation.Name.ToUpperInvariant()} {path.Name}"
                   where operation.Value.TryGetProperty("responses", out _) && !known.Contains(WithoutNames(name))
                   select name];
    }

    /// <summary>What is wrong with the table: a route without a line, a line without a route, two lines.</summary>
    public static List<string> Faults(IReadOnlyCollection<string> routes, IReadOnlyCollection<AccessRule> rules) => [
        .. routes.Except(rules.Select(rule => rule.Route), StringComparer.Ordinal).Select(route => $"{route}: say here who gets in"),
        .. rules.Select(rule => rule.Route).Except(routes, StringComparer.Ordinal).Select(route => $"{route}: there is no such route"),
        .. rules.GroupBy(rule => (rule.Route, rule.Case)).Where(same => same.Count() > 1).Select(same => $"{same.Key.Route}: two lines")];

    // The document writes {report_id} where the server has {reportId:guid}.
    static string WithoutNames(string route) => Parameter().Replace(route, "{}");

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();

    static Who[] AllBut(params ReadOnlySpan<Who[]> groups)
    {
        Who[] left = [.. SignedIn, Who.Program];
        foreach (var group in groups) left = [.. left.Except(group)];
        return left;
    }

    static Func<AccessWorld, Task<Call>> Get(Func<AccessWorld, string> path) => world => Task.FromResult(new Call(path(world)));

    static Func<AccessWorld, Task<Call>> Of(string profiles, Who who, string rest = "") => Get(world => $"/api/v1/{profiles}/{world.Id(who)}{rest}");
}
