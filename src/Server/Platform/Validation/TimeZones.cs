using System.Collections.Frozen;
using NodaTime;

namespace Consilium.Platform.Validation;

/// <summary>
/// The time zones of the IANA database, by their names and former names. The server brings the database along (NodaTime's): what the machine calls a
/// zone, such as <c>localtime</c>, <c>posixrules</c> or <c>right/UTC</c>, is none.
/// </summary>
internal static class TimeZones
{
    // No two names differ only in case: that is a rule of the database.
    static readonly FrozenDictionary<string, string> Names = DateTimeZoneProviders.Tzdb.Ids.ToFrozenDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The name as the database writes it; null where there is none. Case does not count, as the database recommends.</summary>
    public static string? NameOf(string text) => Names.GetValueOrDefault(text);

    /// <summary>The zone of this name; null where there is none.</summary>
    public static DateTimeZone? Find(string text) => NameOf(text) is { } name ? DateTimeZoneProviders.Tzdb[name] : null;
}
