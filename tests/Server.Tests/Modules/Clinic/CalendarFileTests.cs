using System.Text;

namespace Consilium.Tests.Modules.Clinic;

public sealed class CalendarFileTests(ClinicServer server) : IClassFixture<ClinicServer>
{
    // Long, of characters of one to four bytes, with everything that has an escape.
    static readonly string Name = "Dr. Ünïcode; der, \\Erste\\ " + string.Concat(Enumerable.Repeat("Æ漢🩺x", 20));

    [Fact]
    public async Task The_patients_side_gets_a_file_that_names_the_doctor_and_says_nothing_else()
    {
        var doctor = await server.NewDoctorAsync(name: Name);
        var booked = await (await server.Patient.PostJsonAsync(ClinicCalls.Root, new
        {
            doctorId = doctor, patientId = server.Patient.UserId, timeSlot = "2098-03-30T09:00:00+02:00", durationMinutes = 45, extras = "Suspected something grave",
        })).ShouldAnswerAsync(201);

        var (file, raw) = await FileAsync(server.Patient, booked.Id());

        raw.Split("\r\n").SkipLast(1).ShouldAllBe(line => Encoding.UTF8.GetByteCount(line) <= 75);
        raw.ShouldEndWith("END:VCALENDAR\r\n");
        raw.Replace("\r\n", "").ShouldNotContain("\n");
        file["SUMMARY"].ShouldBe($"Appointment with {Name}");
        (file["VERSION"], file["METHOD"], file["DTSTART"], file["DTEND"], file["STATUS"], file["SEQUENCE"])
            .ShouldBe(("2.0", "PUBLISH", "20980330T070000Z", "20980330T074500Z", "CONFIRMED", "0"));
        file["UID"].ShouldStartWith($"{booked.Id()}");
        file.Keys.ShouldBe([
            "BEGIN", "VERSION", "PRODID", "METHOD", "UID", "SEQUENCE", "DTSTAMP", "CREATED", "LAST-MODIFIED", "DTSTART", "DTEND", "SUMMARY", "STATUS", "CLASS", "END"]);
        raw.ShouldNotContain("grave");
    }

    [Fact]
    public async Task Moves_and_cancellations_are_later_versions_of_the_same_event()
    {
        var id = (await server.Hospital.BookAsync(server.Doctor.UserId, server.Patient.UserId, ClinicCalls.InDays(3))).Id();
        var (before, _) = await FileAsync(server.Patient, id);
        await (await server.Patient.TryMoveAsync(id, ClinicCalls.InDays(4))).ShouldAnswerAsync(200);
        var (moved, _) = await FileAsync(server.Patient, id);
        await (await server.Patient.TryCancelAsync(id, "A reason that is nobody else's business")).ShouldAnswerAsync(200);
        var (cancelled, raw) = await FileAsync(server.Patient, id);

        new[] { before, moved, cancelled }.Select(file => file["UID"]).Distinct().Count().ShouldBe(1);
        new[] { before, moved, cancelled }.Select(file => file["SEQUENCE"]).ShouldBe(["0", "1", "2"]);
        new[] { before, moved, cancelled }.Select(file => file["STATUS"]).ShouldBe(["CONFIRMED", "CONFIRMED", "CANCELLED"]);
        moved["DTSTART"].ShouldNotBe(before["DTSTART"]);
        moved["LOCATION"].ShouldBe("Test hospital");
        raw.ShouldNotContain("business");
    }

    [Fact]
    public async Task Those_who_work_there_get_no_names_at_all_and_everybody_leaves_an_entry()
    {
        var id = (await server.Admin.BookAsync(server.Doctor.UserId, server.Patient.UserId, ClinicCalls.InDays(5))).Id();

        foreach (var reader in (Client[])[server.Doctor, server.Hospital, server.Admin]) (await FileAsync(reader, id)).File["SUMMARY"].ShouldBe("Appointment");
        (await server.TrailAsync(id)).ShouldContain("doctor appointment.exported ok: doctor of the appointment");
        using var stranger = await server.SignedInAsync("patient");
        await (await stranger.GetAsync($"{ClinicCalls.Root}/{id}/calendar.ics")).ShouldBeProblemAsync(404, "not_found");
        (await server.TrailAsync(id)).ShouldContain("patient appointment.exported denied");
    }

    static async Task<(Dictionary<string, string> File, string Raw)> FileAsync(Client reader, Guid id)
    {
        using var answer = await reader.GetAsync($"{ClinicCalls.Root}/{id}/calendar.ics");
        ((int)answer.StatusCode).ShouldBe(200);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/calendar; charset=utf-8; method=PUBLISH");
        answer.Content.Headers.ContentDisposition!.ToString().ShouldStartWith("attachment; filename=");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var raw = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        // Each line is text by itself: none was cut within a character.
        var file = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in raw.Replace("\r\n ", "").Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
            file.TryAdd(line[..line.IndexOf(':')], Unescaped(line[(line.IndexOf(':') + 1)..]));
        return (file, raw);
    }

    static string Unescaped(string value)
    {
        var text = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
            text.Append(value[i] != '\\' ? value[i] : value[++i] is 'n' or 'N' ? '\n' : value[i]);
        return text.ToString();
    }
}
