using System.Globalization;
using System.Text;
using Consilium.Modules.Care.Contracts;

namespace Consilium.Modules.Clinic;

/// <summary>
/// An appointment as an iCalendar object (RFC 5545). It says where and when and no more: calendars are shared and synchronised to places that no
/// health data belong in.
/// </summary>
internal static class CalendarFile
{
    public const string MediaType = "text/calendar; charset=utf-8";
    const int LongestLine = 75; // octets, without the line break

    public static string Of(SeenAppointment seen)
    {
        var appointment = seen.Appointment;
        // Who works there knows whom he treats; the patient's side has one of several doctors.
        var summary = seen.DoctorName is { } doctor && Grounds.ArePatients(seen.Grounds) ? $"Appointment with {doctor}" : "Appointment";
        var text = new StringBuilder();
        Line("BEGIN:VCALENDAR");
        Line("VERSION:2.0");
        Line("PRODID:-//Consilium//Appointments//EN");
        Line("METHOD:PUBLISH");
        Line("BEGIN:VEVENT");
        Line($"UID:{appointment.Id}@consilium");
        Line($"SEQUENCE:{seen.Sequence}");
        Line($"DTSTAMP:{Time(appointment.UpdatedAt)}");
        Line($"CREATED:{Time(appointment.CreatedAt)}");
        Line($"LAST-MODIFIED:{Time(appointment.UpdatedAt)}");
        Line($"DTSTART:{Time(appointment.TimeSlot)}");
        Line($"DTEND:{Time(appointment.TimeSlot.AddMinutes(appointment.DurationMinutes))}");
        Line($"SUMMARY:{Escaped(summary)}");
        if (seen.HospitalName is { } hospital) Line($"LOCATION:{Escaped(hospital)}");
        Line($"STATUS:{(appointment.Status == AppointmentStatus.Cancelled ? "CANCELLED" : "CONFIRMED")}");
        Line("CLASS:PRIVATE");
        Line("END:VEVENT");
        Line("END:VCALENDAR");
        return text.ToString();

        void Line(string line) => Fold(line, text);
    }

    static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    // Control characters have no escape and no place in a text (RFC 5545, 3.1).
    static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var letter in text.ReplaceLineEndings("\n"))
            _ = letter switch
            {
                '\n' => escaped.Append("\\n"),
                '\\' or ';' or ',' => escaped.Append('\\').Append(letter),
                '\t' => escaped.Append(letter),
                _ when char.IsControl(letter) => escaped,
                _ => escaped.Append(letter),
            };
        return escaped.ToString();
    }

    /// <summary>Long lines go on in the next, which begins with a space; never in the middle of a character.</summary>
    static void Fold(string line, StringBuilder text)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > LongestLine)
            {
                text.Append("\r\n ");
                octets = 1;
            }
            text.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }
        text.Append("\r\n");
    }
}
