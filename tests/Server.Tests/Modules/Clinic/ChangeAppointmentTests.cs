namespace Consilium.Tests.Modules.Clinic;

public sealed class ChangeAppointmentTests(ClinicServer server) : IClassFixture<ClinicServer>
{
    [Fact]
    public async Task Another_time_makes_it_rescheduled_and_the_old_time_is_free_again()
    {
        var doctor = await server.NewDoctorAsync();
        var id = (await server.Patient.BookAsync(doctor, server.Patient.UserId, ClinicCalls.InDays(2))).Id();

        var moved = await (await server.Patient.TryMoveAsync(id, ClinicCalls.InDays(2, minute: 15))).ShouldAnswerAsync(200);

        (moved.Text("status"), moved.Text("time_slot"), moved.Number("duration_minutes")).ShouldBe(("rescheduled", ClinicCalls.InDays(2, minute: 15).Wire(), 30));
        (await server.Patient.AppointmentAsync(id)).ToString().ShouldBe(moved.ToString());
        await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), ClinicCalls.InDays(2), minutes: 15);
        (await server.TrailAsync(id)).ShouldBe(["patient appointment.booked ok: own record", "patient appointment.rescheduled ok: own record", "patient appointment.read ok: own record"]);
    }

    [Fact]
    public async Task What_is_said_about_it_changes_what_is_absent_stays_and_null_clears()
    {
        var (doctor, hospital) = (server.Doctor.UserId, server.Hospital.UserId);
        var booked = await server.Patient.BookAsync(doctor, server.Patient.UserId, ClinicCalls.InDays(3));

        var changed = await (await server.Patient.TryChangeAsync(booked.Id(), new { type = "remote", extras = new { link = "https://example.com" }, hospitalId = hospital })).ShouldAnswerAsync(200);
        (changed.Text("type"), changed.Text("status"), changed.Id("hospital_id"), changed.GetProperty("extras").Text("link"))
            .ShouldBe(("remote", "scheduled", hospital, "https://example.com"));

        var same = await (await server.Patient.TryChangeAsync(booked.Id(), new { timeSlot = ClinicCalls.InDays(3).Wire() })).ShouldAnswerAsync(200);
        (same.Text("type"), same.Text("status"), same.GetProperty("extras").Text("link")).ShouldBe(("remote", "scheduled", "https://example.com"));

        var longer = await (await server.Patient.TryChangeAsync(booked.Id(), new { durationMinutes = 45 })).ShouldAnswerAsync(200);
        (longer.Number("duration_minutes"), longer.Text("status")).ShouldBe((45, "scheduled"));

        var cleared = await (await server.Patient.TryChangeAsync(booked.Id(), new { extras = (object?)null, hospitalId = (Guid?)null })).ShouldAnswerAsync(200);
        (cleared.Text("extras"), cleared.Text("hospital_id"), cleared.Text("type")).ShouldBe((null, null, "remote"));
        (await server.Patient.AppointmentAsync(booked.Id())).ToString().ShouldBe(cleared.ToString());
    }

    [Fact]
    public async Task What_cannot_be_empty_is_not_cleared()
    {
        var booked = await server.Patient.BookAsync(server.Doctor.UserId, server.Patient.UserId, ClinicCalls.InDays(5));
        var nulls = new { timeSlot = (string?)null, durationMinutes = (int?)null, type = (string?)null, extras = "x" };

        await (await server.Patient.TryChangeAsync(booked.Id(), nulls)).ShouldRefuseFieldsAsync("time_slot", "duration_minutes", "type");

        (await server.Patient.AppointmentAsync(booked.Id())).ToString().ShouldBe(booked.ToString());
    }

    [Fact]
    public async Task A_move_is_refused_like_a_booking_and_then_nothing_has_changed()
    {
        var doctor = await server.NewDoctorAsync("08:00", "18:00");
        var id = (await server.Patient.BookAsync(doctor, server.Patient.UserId, ClinicCalls.InDays(4))).Id();
        await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), ClinicCalls.InDays(4, 10));
        await server.Admin.BookAsync(await server.NewDoctorAsync(), server.Patient.UserId, ClinicCalls.InDays(4, 11));
        var before = (await server.Patient.AppointmentAsync(id)).ToString();

        await (await server.Patient.TryMoveAsync(id, ClinicCalls.InDays(4, 10))).ShouldBeProblemAsync(409, "doctor_busy");
        await (await server.Patient.TryMoveAsync(id, ClinicCalls.InDays(4, 11))).ShouldBeProblemAsync(409, "patient_busy");
        await (await server.Patient.TryMoveAsync(id, ClinicCalls.InDays(4, 18))).ShouldBeProblemAsync(409, "outside_shift");
        await (await server.Patient.TryChangeAsync(id, new { durationMinutes = 61, extras = "longer" })).ShouldBeProblemAsync(409, "doctor_busy");
        await (await server.Patient.TryMoveAsync(id, ClinicCalls.InDays(-1))).ShouldRefuseFieldsAsync("time_slot");
        await (await server.Patient.TryChangeAsync(id, new { hospitalId = Guid.CreateVersion7() })).ShouldRefuseFieldsAsync("hospital_id");
        await (await server.Patient.TryChangeAsync(id, new { timeSlot = "2099-01-31T09:30:00", durationMinutes = 1, type = "x", extras = 1 }))
            .ShouldRefuseFieldsAsync("time_slot", "duration_minutes", "type", "extras");

        (await server.Patient.AppointmentAsync(id)).ToString().ShouldBe(before);
        (await server.TrailAsync(id)).ShouldNotContain(entry => entry.Contains("rescheduled"));
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("no_show")]
    [InlineData("cancelled")]
    public async Task What_is_over_is_not_changed(string status)
    {
        var doctor = await server.NewDoctorAsync();
        var id = (await server.Admin.BookAsync(doctor, server.Patient.UserId, ClinicCalls.InDays(5))).Id();
        await (await server.Admin.TrySetStatusAsync(id, status, "Done.")).ShouldAnswerAsync(200);

        await (await server.Patient.TryMoveAsync(id, ClinicCalls.InDays(6))).ShouldBeProblemAsync(409, "appointment_closed");
        await (await server.Admin.TryChangeAsync(id, new { extras = "late" })).ShouldBeProblemAsync(409, "appointment_closed");
    }

    [Fact]
    public async Task Changes_of_one_appointment_at_once_come_one_after_the_other()
    {
        var doctor = await server.NewDoctorAsync();
        var id = (await server.Admin.BookAsync(doctor, server.Patient.UserId, ClinicCalls.InDays(7))).Id();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => i % 3 == 2
            ? server.Admin.TryCancelAsync(id, $"Reason {i}")
            : server.Patient.TryMoveAsync(id, ClinicCalls.InDays(8 + i))));

        answers.Select(answer => (int)answer.StatusCode).ShouldAllBe(status => status == 200 || status == 409);
        var final = await server.Admin.AppointmentAsync(id);
        final.Text("status").ShouldBe("cancelled");
        var moves = answers.Where((answer, i) => i % 3 != 2 && (int)answer.StatusCode == 200).Count();
        (await server.Database.ScalarAsync<int>("SELECT sequence FROM clinic.appointments WHERE id = $1", id)).ShouldBe(moves + 1);
        (await server.TrailAsync(id)).Count(entry => entry.Contains("appointment.cancelled")).ShouldBe(1);
    }
}
