using System.Text.Json;

namespace Consilium.Tests.Modules.Clinic;

public sealed class BookAppointmentTests(ClinicServer server) : IClassFixture<ClinicServer>
{
    [Fact]
    public async Task A_patient_books_for_himself_and_reads_the_same_afterwards()
    {
        var doctor = await server.NewDoctorAsync();

        var answer = await server.Patient.PostJsonAsync(ClinicCalls.Root, new
        {
            doctorId = doctor, patientId = server.Patient.UserId, timeSlot = "2099-07-01T11:15:00.5+02:00", extras = new { b = 1.50, a = (string[])["ü", "\"quoted\""] },
        });

        var booked = await answer.ShouldAnswerAsync(201);
        answer.Headers.Location!.ToString().ShouldBe($"{ClinicCalls.Root}/{booked.Id()}");
        booked.EnumerateObject().Select(member => member.Name).ShouldBe([
            "id", "doctor_id", "patient_id", "hospital_id", "time_slot", "duration_minutes", "type", "status", "extras", "overrides", "override_reason", "cancelled_by",
            "cancellation_reason", "created_at", "updated_at"]);
        (booked.Text("time_slot"), booked.Number("duration_minutes"), booked.Text("type"), booked.Text("status"), booked.GetProperty("overrides").GetBoolean())
            .ShouldBe(("2099-07-01T09:15:00.500000Z", 30, "regular", "scheduled", false));
        booked.GetProperty("hospital_id").ValueKind.ShouldBe(JsonValueKind.Null);
        booked.GetProperty("extras").GetRawText().ShouldStartWith("{\"b\":1.5");
        (await server.Patient.AppointmentAsync(booked.Id())).ToString().ShouldBe(booked.ToString());
        (await server.TrailAsync(booked.Id())).ShouldBe(["patient appointment.booked ok: own record", "patient appointment.read ok: own record"]);
    }

    [Fact]
    public async Task Who_may_book_for_whom()
    {
        var (doctor, patient, hospital) = (server.Doctor.UserId, server.Patient.UserId, server.Hospital.UserId);
        using var relative = await server.SignedInAsync("user");
        using var other = await server.SignedInAsync("patient");
        var dependant = await server.NewPatientAsync();
        await server.RelateAsync(relative.UserId, dependant, "child");
        var elsewhere = await server.NewDoctorAsync();

        (Client Caller, Guid Doctor, Guid Patient, int Status)[] cases =
        [
            (server.Patient, elsewhere, patient, 201), (server.Patient, elsewhere, other.UserId, 404), (server.Patient, elsewhere, dependant, 404),
            (relative, doctor, dependant, 201), (relative, doctor, patient, 404), (relative, doctor, relative.UserId, 404),
            (server.Doctor, doctor, patient, 201), (server.Doctor, elsewhere, patient, 404), (server.Doctor, doctor, other.UserId, 404),
            (server.Hospital, doctor, patient, 201), (server.Hospital, elsewhere, patient, 404), (server.Hospital, doctor, other.UserId, 404),
            (server.Admin, elsewhere, other.UserId, 201), (server.Admin, Guid.CreateVersion7(), patient, 404), (server.Admin, doctor, Guid.CreateVersion7(), 404),
            (server.Patient, Guid.CreateVersion7(), patient, 404),
        ];
        for (var i = 0; i < cases.Length; i++)
        {
            var (caller, doctorId, patientId, status) = cases[i];
            var answer = await caller.TryBookAsync(doctorId, patientId, ClinicCalls.InDays(30 + i));
            ((int)answer.StatusCode).ShouldBe(status, $"case {i}: {await answer.Content.ReadAsStringAsync()}");
        }
        (await server.Database.ColumnAsync<string>(
            "SELECT outcome || coalesce(' ' || subject_id, '') FROM audit.entries WHERE actor_id = $1 AND resource = $2", relative.UserId, $"patient/{patient}")).ShouldBe([$"denied {patient}"]);
    }

    [Theory]
    [InlineData("staff")]
    public async Task Roles_that_have_no_patients_get_403(string role)
    {
        using var caller = await server.SignedInAsync(role);
        await (await caller.TryBookAsync(server.Doctor.UserId, server.Patient.UserId, ClinicCalls.InDays(2))).ShouldBeProblemAsync(403, "forbidden");
        await (await caller.GetAsync(ClinicCalls.Root)).ShouldBeProblemAsync(403, "forbidden");
        await (await caller.GetAsync($"{ClinicCalls.Root}/reminders")).ShouldBeProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task A_hospital_is_the_place_of_what_it_books_and_others_name_one_that_the_doctor_works_at()
    {
        var (doctor, patient, hospital) = (server.Doctor.UserId, server.Patient.UserId, server.Hospital.UserId);
        using var elsewhere = await server.SignedInAsync("hospital");

        (await server.Hospital.BookAsync(doctor, patient, ClinicCalls.InDays(60))).Id("hospital_id").ShouldBe(hospital);
        (await server.Patient.BookAsync(doctor, patient, ClinicCalls.InDays(61), hospitalId: hospital)).Id("hospital_id").ShouldBe(hospital);
        await (await server.Patient.TryBookAsync(doctor, patient, ClinicCalls.InDays(62), hospitalId: elsewhere.UserId)).ShouldRefuseFieldsAsync("hospital_id");
        await (await server.Hospital.TryBookAsync(doctor, patient, ClinicCalls.InDays(62), hospitalId: elsewhere.UserId)).ShouldRefuseFieldsAsync("hospital_id");
        await (await server.Admin.TryBookAsync(doctor, patient, ClinicCalls.InDays(62), hospitalId: Guid.CreateVersion7())).ShouldRefuseFieldsAsync("hospital_id");
    }

    [Fact]
    public async Task Those_who_work_there_write_down_the_past_and_patients_do_not()
    {
        var (doctor, patient) = (server.Doctor.UserId, server.Patient.UserId);

        await (await server.Patient.TryBookAsync(doctor, patient, ClinicCalls.InDays(-1))).ShouldRefuseFieldsAsync("time_slot");
        await server.Doctor.BookAsync(doctor, patient, ClinicCalls.InDays(-2));
        await server.Hospital.BookAsync(doctor, patient, ClinicCalls.InDays(-3));
        await server.Admin.BookAsync(doctor, patient, ClinicCalls.InDays(-4));
    }

    [Fact]
    public async Task Who_has_left_gets_no_more_appointments_until_the_account_is_open_again()
    {
        using var doctor = await server.SignedInAsync("doctor");
        var account = $"/api/v1/users/{doctor.UserId}";
        var (before, slots) = (await server.Patient.BookAsync(doctor.UserId, server.Patient.UserId, ClinicCalls.InDays(500)), $"/api/v1/doctors/{doctor.UserId}/slots");
        await (await server.Admin.PutJsonAsync(account, new { is_active = false })).ShouldAnswerAsync(200);

        await (await server.Patient.TryBookAsync(doctor.UserId, server.Patient.UserId, ClinicCalls.InDays(501))).ShouldBeProblemAsync(409, "doctor_has_left");
        await (await server.Admin.TryBookAsync(doctor.UserId, server.Patient.UserId, ClinicCalls.InDays(501), type: "emergency", overrideReason: "Urgent."))
            .ShouldBeProblemAsync(409, "doctor_has_left");
        await (await server.Patient.TryMoveAsync(before.Id(), ClinicCalls.InDays(501))).ShouldBeProblemAsync(409, "doctor_has_left");
        (await server.Patient.GetJsonAsync(slots)).Items().ShouldBeEmpty();
        await (await server.Patient.TryCancelAsync(before.Id())).ShouldAnswerAsync(200);

        await (await server.Admin.PutJsonAsync(account, new { is_active = true })).ShouldAnswerAsync(200);
        (await server.Patient.GetJsonAsync(slots)).Items().ShouldNotBeEmpty();
        await server.Patient.BookAsync(doctor.UserId, server.Patient.UserId, ClinicCalls.InDays(501));
    }

    [Theory]
    [InlineData("2099-01-31T09:30:00")]
    [InlineData("2099-01-31")]
    [InlineData("2099-01-31 09:30:00Z")]
    [InlineData("2099-02-30T09:30:00Z")]
    [InlineData("2099-01-31T25:30:00Z")]
    [InlineData("2099-01-31T09:30:00+01")]
    [InlineData("2099-01-31T09:30:00+15:00")]
    [InlineData("9999-12-31T23:59:59-14:00")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("2250-01-01T00:00:00Z")]
    [InlineData("31.01.2099 09:30")]
    [InlineData("tomorrow")]
    [InlineData("")]
    [InlineData(null)]
    public async Task What_is_no_time_with_an_offset_is_refused(string? timeSlot)
    {
        var refused = await server.Patient.PostJsonAsync(ClinicCalls.Root, new { doctorId = server.Doctor.UserId, patientId = server.Patient.UserId, timeSlot });

        await refused.ShouldRefuseFieldsAsync("time_slot");
        if (timeSlot == "2099-01-31T09:30:00") (await refused.Content.ReadAsStringAsync()).ShouldContain("offset");
    }

    [Theory]
    [InlineData("2098-01-31T09:30:00Z", "2098-01-31T09:30:00.000000Z")]
    [InlineData("2098-01-31t10:30z", "2098-01-31T10:30:00.000000Z")]
    [InlineData("2098-01-31T12:30:00.1234569-12:00", "2098-02-01T00:30:00.123456Z")]
    [InlineData("2098-01-31T12:30:00.123456789012Z", "2098-01-31T12:30:00.123456Z")]
    [InlineData("2098-02-03T05:30:00+05:45", "2098-02-02T23:45:00.000000Z")]
    public async Task Offsets_are_taken_and_answered_in_UTC(string timeSlot, string answered)
    {
        var doctor = await server.NewDoctorAsync();
        (await (await server.Patient.PostJsonAsync(ClinicCalls.Root, new { doctorId = doctor, patientId = server.Patient.UserId, timeSlot })).ShouldAnswerAsync(201))
            .Text("time_slot").ShouldBe(answered);
    }

    [Theory]
    [InlineData("""{"doctor_id": null}""", "doctor_id")]
    [InlineData("""{"patient_id": null}""", "patient_id")]
    [InlineData("""{"duration_minutes": 4}""", "duration_minutes")]
    [InlineData("""{"duration_minutes": 481}""", "duration_minutes")]
    [InlineData("""{"type": "Regular"}""", "type")]
    [InlineData("""{"type": "regular,remote"}""", "type")]
    [InlineData("""{"extras": 7}""", "extras")]
    [InlineData("""{"extras": []}""", "extras")]
    [InlineData("""{"extras": true}""", "extras")]
    [InlineData("""{"override_reason": "Because."}""", "override_reason")]
    public async Task Wrong_fields_are_named(string wrong, string field)
    {
        var body = JsonSerializer.SerializeToNode(new { doctor_id = server.Doctor.UserId, patient_id = server.Patient.UserId, time_slot = "2097-01-31T09:30:00Z" })!.AsObject();
        using var changes = JsonDocument.Parse(wrong);
        foreach (var change in changes.RootElement.EnumerateObject()) body[change.Name] = JsonSerializer.SerializeToNode(change.Value);

        await (await server.Admin.PostJsonAsync(ClinicCalls.Root, body.ToJsonString())).ShouldRefuseFieldsAsync(field);
    }

    [Fact]
    public async Task Extras_may_be_a_text_and_have_a_limit_in_bytes()
    {
        Task<HttpResponseMessage> BookAsync(string extras, int day) => server.Patient.PostJsonAsync(ClinicCalls.Root,
            new { doctorId = server.Doctor.UserId, patientId = server.Patient.UserId, timeSlot = ClinicCalls.InDays(day).Wire(), extras });

        (await (await BookAsync(new string('a', 4094), 70)).ShouldAnswerAsync(201)).Text("extras")!.Length.ShouldBe(4094);
        await (await BookAsync(new string('a', 4095), 71)).ShouldRefuseFieldsAsync("extras");
    }

    [Fact]
    public async Task Repeating_a_booking_under_its_key_books_once_and_a_refusal_under_a_key_leaves_it_free()
    {
        var (doctor, patient) = (await server.NewDoctorAsync(), server.Patient.UserId);
        var first = new { doctorId = doctor, patientId = patient, timeSlot = ClinicCalls.InDays(80).Wire() };
        var other = new { doctorId = doctor, patientId = patient, timeSlot = ClinicCalls.InDays(80, minute: 15).Wire() };
        var free = new { doctorId = doctor, patientId = patient, timeSlot = ClinicCalls.InDays(81).Wire() };
        var (once, again) = (("Idempotency-Key", $"{Guid.CreateVersion7()}"), ("Idempotency-Key", $"{Guid.CreateVersion7()}"));

        var booked = await (await server.Patient.PostJsonAsync(ClinicCalls.Root, first, once)).ShouldAnswerAsync(201);
        (await (await server.Patient.PostJsonAsync(ClinicCalls.Root, first, once)).ShouldAnswerAsync(201)).Id().ShouldBe(booked.Id());
        await (await server.Patient.PostJsonAsync(ClinicCalls.Root, other, again)).ShouldBeProblemAsync(409, "doctor_busy");
        await (await server.Patient.PostJsonAsync(ClinicCalls.Root, free, again)).ShouldAnswerAsync(201);

        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM clinic.appointments WHERE doctor_id = $1", doctor)).ShouldBe(2);
    }

    [Theory]
    [InlineData(8, 0, 30, 201)]
    [InlineData(7, 59, 30, 409)]
    [InlineData(15, 30, 30, 201)]
    [InlineData(15, 31, 30, 409)]
    [InlineData(20, 0, 30, 409)]
    public async Task A_doctor_with_hours_is_booked_within_them_by_his_own_clock(int hour, int minute, int minutes, int status)
    {
        var doctor = await server.NewDoctorAsync("08:00", "16:00", "Asia/Kolkata");
        var at = ClinicCalls.InDays(40, hour, minute).AddHours(-5.5);

        var answer = await server.Patient.TryBookAsync(doctor, server.Patient.UserId, at, minutes);

        if (status == 201) await (await server.Patient.TryCancelAsync((await answer.ShouldAnswerAsync(201)).Id())).ShouldAnswerAsync(200);
        else await answer.ShouldBeProblemAsync(409, "outside_shift");
    }
}
