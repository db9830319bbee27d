namespace Consilium.Tests.Architecture;

/// <summary>
/// Which module may use the contracts of which others: the one table, here and in <c>docs/modules.md</c>. A new module gets a line in both.
/// </summary>
internal static class ModuleMap
{
    static readonly string[] Ground = ["Audit", "Accounts", "Settings"];
    static readonly string[] Engines = [.. Ground, "Threads", "Files"];
    static readonly string[] AllBelowTheDoors = [.. Engines, "Care", "Records", "Assistant"];

    /// <summary>Where clients come in. Doors never call doors.</summary>
    public static readonly string[] Doors = ["Cases", "Tickets", "Conversations", "Clinic"];

    public static readonly Dictionary<string, string[]> MayCall = new(StringComparer.Ordinal)
    {
        ["Audit"] = [],
        ["Accounts"] = ["Audit"],
        ["Settings"] = ["Audit", "Accounts"],
        ["Files"] = Ground,
        ["Threads"] = [.. Ground, "Files"],
        ["Care"] = Engines,
        ["Records"] = [.. Engines, "Care"],
        ["Assistant"] = [.. Engines, "Care", "Records"],
        ["Cases"] = AllBelowTheDoors,
        ["Tickets"] = AllBelowTheDoors,
        ["Conversations"] = AllBelowTheDoors,
        ["Clinic"] = AllBelowTheDoors,
    };
}
