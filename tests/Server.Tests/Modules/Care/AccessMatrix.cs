using Consilium.Tests.Api;

namespace Consilium.Tests.Modules.Care;

/// <summary>What everybody gets of one route. Who is neither in nor refused by role finds nothing: <see cref="Elsewhere"/>.</summary>
/// <param name="Route">As the server knows it.</param>
/// <param name="Good">The request: about the patient, or about something new that is the same to everybody as what is the patient's.</param>
/// <param name="In">Get a 2xx.</param>
/// <param name="Never">Get 403 whatever they ask for. Programs with another scope always do.</param>
internal sealed record AccessRule(string Route, Func<AccessWorld, Task<Call>> Good, Who[] In, Who[] Never)
{
    /// <summary>Of a route with several lines: what this one is about.</summary>
    public string Case { get; init; } = "";

    /// <summary>Get 403, for they may know of it and not do this with it.</summary>
    public Who[] NotThis { get; init; } = [];

    /// <summary>What those get who may use the route, but not for this.</summary>
    public int Elsewhere { get; init; } = 404;

    /// <summary>What everybody gets for an id that nobody has.</summary>
    public int Absent { get; init; } = 404;

    /// <summary>Of a list that many get: who finds something of the patient there, and what.</summary>
    public (Who[] By, Func<AccessWorld, Guid> Id)? Shows { get; init; }

    /// <summary>Whether nobody needs to have signed in.</summary>
    public bool IsOpen { get; init; }

    public int Expected(Who who) => who switch
    {
        _ when In.Contains(who) => 200,
        Who.Anonymous => 401,
        Who.WrongProgram => 403,
        _ => Never.Contains(who) || NotThis.Contains(who) ? 403 : Elsewhere,
    };

    public int ExpectedOfAbsent(Who who) => Expected(who) is 401 or 403 && !NotThis.Contains(who) ? Expected(who) : Absent;
}

/// <summary>Who gets what of every route of the clinical modules: one table, in parts by module.</summary>
internal static partial class AccessMatrix
{
    /// <summary>Patients, users, and whoever acts for a patient.</summary>
    static readonly Who[] Customers = [Who.Patient, Who.Relative, Who.User, Who.OtherPatient];

    static readonly Who[] Doctors = [Who.Treating, Who.Colleague, Who.ForeignDoctor];
    static readonly Who[] Hospitals = [Who.Hospital, Who.ForeignHospital];

    /// <summary>The rule of who may read a patient's data, as it comes out for these people.</summary>
    static readonly Who[] Readers = [Who.Patient, Who.Relative, Who.Treating, Who.Hospital, Who.Admin, Who.Program];

    static readonly Who[] SignedIn = [.. Customers, .. Doctors, .. Hospitals, Who.Staff, Who.Admin];

    /// <summary>Those of <see cref="SignedIn"/> who have no business with patients' data.</summary>
    static readonly Who[] Staff = [Who.Staff];

    static readonly string[] Modules = ["Care", "Records", "Clinic"];

    public static IReadOnlyList<AccessRule> All { get; } = [.. Care(), .. Mappings(), .. Records(), .. Clinic()];

    /// <summary>The routes of the clinical modules.</summary>
    public static List<string> RoutesOf(IEnumerable<Route> routes) => [.. routes.Where(route => Modules.Contains(ModuleOf(route))).Select(route => route.Key)];

    /// <summary>What is wrong with the table: a route without a line, a line without a route, two lines.</summary>
    public static List<string> Faults(IReadOnlyCollection<string> routes, IReadOnlyCollection<AccessRule> rules) => [
        .. routes.Except(rules.Select(rule => rule.Route), StringComparer.Ordinal).Select(route => $"{route}: say here who gets in"),
        .. rules.Select(rule => rule.Route).Except(routes, StringComparer.Ordinal).Select(route => $"{route}: there is no such route"),
        .. rules.GroupBy(rule => (rule.Route, rule.Case)).Where(same => same.Count() > 1).Select(same => $"{same.Key.Route}: two lines")];

    // Consilium.Modules.Care.Patients → Care
    static string? ModuleOf(Route route) =>
        route.Endpoint.Metadata.OfType<System.Reflection.MethodInfo>().FirstOrDefault()?.DeclaringType?.Namespace?.Split('.') is [_, _, var module, ..] ? module : null;

    static Who[] AllBut(params ReadOnlySpan<Who[]> groups)
    {
        Who[] left = [.. SignedIn, Who.Program];
        foreach (var group in groups) left = [.. left.Except(group)];
        return left;
    }

    static Func<AccessWorld, Task<Call>> Get(Func<AccessWorld, string> path) => world => Task.FromResult(new Call(path(world)));

    static Func<AccessWorld, Task<Call>> Of(string profiles, Who who, string rest = "") => Get(world => $"/api/v1/{profiles}/{world.Id(who)}{rest}");
}
