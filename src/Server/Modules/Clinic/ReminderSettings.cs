using System.Globalization;
using Consilium.Platform.Hosting;

namespace Consilium.Modules.Clinic;

/// <summary>How long before an appointment people are reminded: <c>Clinic:Reminders</c>, a list of times as <c>hours:minutes:seconds</c>; none with <c>none</c>.</summary>
internal sealed record ReminderSettings(IReadOnlyList<TimeSpan> Leads)
{
    const string Key = "Clinic:Reminders";
    const int Most = 10;

    static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Longest = TimeSpan.FromDays(60);

    public static ReminderSettings From(IConfiguration configuration)
    {
        var given = configuration.List(Key);
        if (given is ["none"]) return new([]);
        TimeSpan[] leads = given.Length == 0 ? [TimeSpan.FromHours(24), TimeSpan.FromHours(1)] : [.. given.Select(Read).Distinct()];
        return leads.Length <= Most ? new(leads) : throw new StartException($"The setting {Key} must have at most {Most} times.");
    }

    // Not TimeSpan.Parse, to which 24:00:00 are days.
    static TimeSpan Read(string text)
    {
        var parts = text.Split(':');
        var numbers = new int[3];
        for (var i = 0; i < numbers.Length; i++)
            if (parts.Length != numbers.Length || !int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) throw Wrong(text);
        if (numbers[0] > 10_000 || numbers[1] > 59 || numbers[2] > 59) throw Wrong(text);
        var lead = new TimeSpan(numbers[0], numbers[1], numbers[2]);
        return lead >= Shortest && lead <= Longest ? lead : throw Wrong(text);
    }

    static StartException Wrong(string text) =>
        new($"The setting {Key} must be a list of times from 00:01:00 to {(int)Longest.TotalHours}:00:00 (hours, minutes, seconds), and has '{text}'.");
}
