namespace Consilium.Tests.Modules.Clinic;

/// <summary>Emergencies lie on top of what was booked before; what is booked afterwards respects them.</summary>
public sealed class EmergencyTests(ClinicServer server) : IClassFixture<ClinicServer>
{
    const string Reason = "Bleeding";

    [Fact]
    public async Task An_emergency_with_a_reason_lies_on_top_of_what_is_booked()
    {
        var (doctor, at) = (server.Doctor.UserId, ClinicCalls.InDays(2));
        var below = (await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), at)).Id();

        await (await server.Doctor.TryBookAsync(doctor, server.Patient.UserId, at, type: "emergency")).ShouldBeProblemAsync(409, "doctor_busy");
        var emergency = await server.Doctor.BookAsync(doctor, server.Patient.UserId, at, type: "emergency", overrideReason: $" {Reason} ");

        (emergency.GetProperty("overrides").GetBoolean(), emergency.Text("override_reason"), emergency.Text("status")).ShouldBe((true, Reason, "scheduled"));
        (await server.Admin.AppointmentAsync(below)).Text("status").ShouldBe("scheduled");
    }

    [Fact]
    public async Task An_emergency_in_free_time_is_an_ordinary_appointment()
    {
        var doctor = await server.NewDoctorAsync("08:00", "12:00");
        var emergency = await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), ClinicCalls.InDays(2), type: "emergency", overrideReason: Reason);
        emergency.GetProperty("overrides").GetBoolean().ShouldBeFalse();

        var late = await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), ClinicCalls.InDays(2, 11, 45), type: "emergency", overrideReason: Reason);
        late.GetProperty("overrides").GetBoolean().ShouldBeTrue();
        await (await server.Admin.TryBookAsync(doctor, await server.NewPatientAsync(), ClinicCalls.InDays(2, 15), type: "emergency")).ShouldBeProblemAsync(409, "outside_shift");
    }

    [Fact]
    public async Task What_is_booked_or_moved_later_does_not_lie_on_an_emergency_while_it_is_active()
    {
        var (doctor, patient, at) = (await server.NewDoctorAsync(), await server.NewPatientAsync(), ClinicCalls.InDays(3));
        await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), at);
        var emergency = (await server.Admin.BookAsync(doctor, patient, at, minutes: 120, type: "emergency", overrideReason: Reason)).Id();
        var elsewhen = (await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), at.AddHours(5))).Id();

        await (await server.Admin.TryBookAsync(doctor, await server.NewPatientAsync(), at.AddMinutes(60))).ShouldBeProblemAsync(409, "doctor_busy");
        await (await server.Admin.TryBookAsync(await server.NewDoctorAsync(), patient, at.AddMinutes(60))).ShouldBeProblemAsync(409, "patient_busy");
        await (await server.Admin.TryMoveAsync(elsewhen, at.AddMinutes(60))).ShouldBeProblemAsync(409, "doctor_busy");
        (await server.Admin.GetJsonAsync($"/api/v1/doctors/{doctor}/slots?from={at.AddMinutes(60).Wire()}&to={at.AddMinutes(120).Wire()}")).Items().ShouldBeEmpty();
        // What it lies on is not moved by it, and may be changed in all but its time.
        await (await server.Admin.TryChangeAsync(elsewhen, new { extras = "x" })).ShouldAnswerAsync(200);

        await (await server.Admin.TryCancelAsync(emergency)).ShouldAnswerAsync(200);
        await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), at.AddMinutes(60));
    }

    [Fact]
    public async Task Patients_do_not_override()
    {
        var (doctor, at) = (await server.NewDoctorAsync(), ClinicCalls.InDays(4));
        await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), at);

        await (await server.Patient.TryBookAsync(doctor, server.Patient.UserId, at, type: "emergency", overrideReason: Reason)).ShouldRefuseFieldsAsync("override_reason");
        await (await server.Patient.TryBookAsync(doctor, server.Patient.UserId, at, type: "emergency")).ShouldBeProblemAsync(409, "doctor_busy");
        var own = (await server.Patient.BookAsync(doctor, server.Patient.UserId, at.AddHours(1), type: "emergency")).Id();
        await (await server.Patient.TryChangeAsync(own, new { timeSlot = at.Wire(), overrideReason = Reason })).ShouldRefuseFieldsAsync("override_reason");
        await (await server.Patient.TryMoveAsync(own, at)).ShouldBeProblemAsync(409, "doctor_busy");
        await (await server.Admin.TryBookAsync(doctor, server.Patient.UserId, at, overrideReason: Reason)).ShouldRefuseFieldsAsync("override_reason");
    }

    [Fact]
    public async Task An_emergency_is_moved_onto_booked_time_and_back_into_free_time()
    {
        var (doctor, at) = (await server.NewDoctorAsync(), ClinicCalls.InDays(5));
        await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), at);
        var id = (await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), at.AddHours(1), type: "emergency")).Id();

        await (await server.Admin.TryMoveAsync(id, at)).ShouldBeProblemAsync(409, "doctor_busy");
        var onTop = await (await server.Admin.TryChangeAsync(id, new { timeSlot = at.Wire(), overrideReason = Reason })).ShouldAnswerAsync(200);
        (onTop.GetProperty("overrides").GetBoolean(), onTop.Text("override_reason"), onTop.Text("status")).ShouldBe((true, Reason, "rescheduled"));

        await (await server.Admin.TryChangeAsync(id, new { type = "regular" })).ShouldBeProblemAsync(409, "doctor_busy");
        var free = await (await server.Admin.TryMoveAsync(id, at.AddHours(2))).ShouldAnswerAsync(200);
        free.GetProperty("overrides").GetBoolean().ShouldBeFalse();
        await (await server.Admin.TryBookAsync(doctor, await server.NewPatientAsync(), at.AddHours(2))).ShouldBeProblemAsync(409, "doctor_busy");
    }

    [Fact]
    public async Task However_emergencies_and_bookings_race_nothing_ordinary_that_came_later_lies_on_an_emergency()
    {
        var doctor = await server.NewDoctorAsync();
        for (var round = 0; round < 10; round++)
        {
            var at = ClinicCalls.InDays(20 + round);
            await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), at, minutes: 5);
            var patients = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => server.NewPatientAsync()));

            await Task.WhenAll(patients.Select((patient, i) => i == 4
                ? server.Admin.TryBookAsync(doctor, patient, at, minutes: 60, type: "emergency", overrideReason: Reason)
                : server.Admin.TryBookAsync(doctor, patient, at.AddMinutes(10 + 5 * i), minutes: 5)));
        }

        // Whoever was written after the emergency had committed would be younger: the order of the sequence of writes is the order of the row versions.
        (await server.Database.ScalarAsync<long>("""
            SELECT count(*) FROM clinic.appointments e JOIN clinic.appointments o ON o.doctor_id = e.doctor_id AND o.starts_at < e.ends_at AND e.starts_at < o.ends_at
            WHERE e.overrides AND NOT o.overrides AND e.doctor_id = $1 AND o.xmin::text::bigint > e.xmin::text::bigint
            """, doctor)).ShouldBe(0);
    }
}
