using Consilium.Platform.Validation;
using NodaTime;

namespace Consilium.Tests.Platform.Validation;

public sealed class TimeZonesTests
{
    /// <summary>What machines, other systems and other standards call a zone, and the IANA database does not.</summary>
    public static TheoryData<string> NotInTheDatabase =>
    [
        "posixrules", "Factory", "localtime", "right/Europe/Berlin", "right/UTC", "posix/Europe/Berlin", "posix/UTC", "SystemV/EST5EDT",
        "W. Europe Standard Time", "Pacific Standard Time", "Mars/Olympus", "Etc/Unknown", "US/Pacific-New", "Local", "Z", "CEST",
        "UTC+03:00", "UTC+3", "+03:00", "GMT+3", "EST5EDT,M3.2.0,M11.1.0", "zone.tab", "tzdata.zi", "leapseconds", "Europe", "Europe/", "/Europe/Berlin",
        "../Europe/Berlin", "./UTC", ":Europe/Berlin", "Europe\\Berlin", " Europe/Berlin", "Europe/Berlin ", "Europe/Berlin\n", " ",
        "\u0415urope/Berlin", "A\u017Fia/Tokyo", "Asia/To\u212Ayo",
    ];

    [Theory]
    [MemberData(nameof(NotInTheDatabase))]
    public void A_zone_that_the_database_does_not_name_is_none(string text)
    {
        TimeZones.NameOf(text).ShouldBeNull();
        TimeZones.Find(text).ShouldBeNull();
    }

    [Fact]
    public void Every_zone_of_the_database_is_found_by_its_name_in_any_case()
    {
        DateTimeZoneProviders.Tzdb.Ids.Count.ShouldBeGreaterThan(500);
        foreach (var name in DateTimeZoneProviders.Tzdb.Ids)
            foreach (var text in (string[])[name, name.ToUpperInvariant(), name.ToLowerInvariant()])
            {
                TimeZones.NameOf(text).ShouldBe(name);
                TimeZones.Find(text)!.Id.ShouldBe(name);
            }
    }

    [Theory]
    [InlineData("Asia/Calcutta", "Asia/Kolkata")]
    [InlineData("US/Pacific", "America/Los_Angeles")]
    [InlineData("Europe/Kiev", "Europe/Kyiv")]
    [InlineData("Etc/UTC", "UTC")]
    public void A_former_name_stays_and_means_the_same(string former, string today)
    {
        TimeZones.NameOf(former).ShouldBe(former);
        var (from, to) = (Instant.FromUtc(2026, 1, 1, 0, 0), Instant.FromUtc(2027, 1, 1, 0, 0));
        OffsetsOf(former).ShouldBe(OffsetsOf(today));

        IEnumerable<Offset> OffsetsOf(string name) => TimeZones.Find(name)!.GetZoneIntervals(from, to).Select(interval => interval.WallOffset);
    }
}
