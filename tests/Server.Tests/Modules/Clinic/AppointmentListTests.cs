using System.Text.Json;

namespace Consilium.Tests.Modules.Clinic;

public sealed class AppointmentListTests(ClinicServer server) : IClassFixture<ClinicServer>
{
    [Fact]
    public async Task Everybody_sees_his_own_and_those_of_patients_whom_he_may_read()
    {
        using var doctor = await server.SignedInAsync("doctor");
        using var colleague = await server.SignedInAsync("doctor");
        using var patient = await server.SignedInAsync("patient");
        using var stranger = await server.SignedInAsync("patient");
        using var relative = await server.SignedInAsync("user");
        using var hospital = await server.SignedInAsync("hospital");
        using var clinic = await server.SignedInAsync("hospital");
        await server.MapAsync(doctor.UserId, patient.UserId, hospital.UserId);
        await server.MapAsync("doctor_patients", "doctor_id", colleague.UserId, "patient_id", patient.UserId);
        await server.RelateAsync(relative.UserId, patient.UserId);
        var nobodys = await server.NewPatientAsync();

        var atHospital = (await hospital.BookAsync(doctor.UserId, patient.UserId, ClinicCalls.InDays(3))).Id();
        var direct = (await patient.BookAsync(doctor.UserId, patient.UserId, ClinicCalls.InDays(2))).Id();
        var withNobody = (await server.Admin.BookAsync(doctor.UserId, nobodys, ClinicCalls.InDays(4))).Id();
        var nobodyAtHospital = (await server.Admin.BookAsync(doctor.UserId, nobodys, ClinicCalls.InDays(5), hospitalId: hospital.UserId)).Id();
        Guid[] all = [nobodyAtHospital, withNobody, atHospital, direct];

        (Client Reader, Guid[] Sees)[] cases =
        [
            (doctor, all), (patient, [atHospital, direct]), (relative, [atHospital, direct]), (colleague, [atHospital, direct]), (hospital, [nobodyAtHospital, atHospital, direct]),
            (stranger, []), (clinic, []),
        ];
        for (var i = 0; i < cases.Length; i++)
        {
            var (reader, sees) = cases[i];
            (await reader.AppointmentsAsync()).ShouldBe([.. sees], $"reader {i}");
            foreach (var id in all) ((int)(await reader.GetAsync($"{ClinicCalls.Root}/{id}")).StatusCode).ShouldBe(sees.Contains(id) ? 200 : 404, $"reader {i}");
            foreach (var id in all) ((int)(await reader.GetAsync($"{ClinicCalls.Root}/{id}/calendar.ics")).StatusCode).ShouldBe(sees.Contains(id) ? 200 : 404, $"reader {i}");
            (await reader.AppointmentsAsync($"?doctor_id={doctor.UserId}")).ShouldBe([.. sees], $"reader {i}");
            (await reader.AppointmentsAsync($"?patient_id={patient.UserId}")).ShouldBe([.. sees.Where(id => id == atHospital || id == direct)], $"reader {i}");
            (await reader.AppointmentsAsync($"?hospital_id={hospital.UserId}")).ShouldBe([.. sees.Where(id => id == atHospital || id == nobodyAtHospital)], $"reader {i}");
            (string Kind, Guid Id, bool Knows)[] lists =
            [
                ("doctor", doctor.UserId, sees.Length > 0), ("patient", patient.UserId, sees.Length > 0), ("hospital", hospital.UserId, sees.Length > 0),
                ("patient", nobodys, sees.Contains(nobodyAtHospital)),
            ];
            foreach (var (kind, id, knows) in lists)
                ((int)(await reader.GetAsync($"{ClinicCalls.Root}/{kind}/{id}")).StatusCode).ShouldBe(knows ? 200 : 404, $"reader {i}, {kind}");
        }
        (await server.Admin.AppointmentsAsync($"?doctor_id={doctor.UserId}")).ShouldBe(all);
        (await relative.AppointmentsAsync($"/patient/{patient.UserId}")).ShouldBe([atHospital, direct]);
        (await server.Admin.AppointmentsAsync($"/hospital/{hospital.UserId}")).ShouldBe([nobodyAtHospital, atHospital]);

        await server.Database.ExecuteAsync("DELETE FROM care.doctor_patients WHERE doctor_id = $1", colleague.UserId);
        (await colleague.AppointmentsAsync()).ShouldBeEmpty("a mapping that is gone gives nothing");
        (await colleague.GetAsync($"{ClinicCalls.Root}/{direct}")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Pages_join_without_gap_or_repetition_also_where_times_are_equal()
    {
        using var patient = await server.SignedInAsync("patient");
        using var relative = await server.SignedInAsync("user");
        var other = await server.NewPatientAsync();
        await server.RelateAsync(relative.UserId, patient.UserId);
        await server.RelateAsync(relative.UserId, other, "child");
        var booked = new List<Guid>();
        for (var i = 0; i < 7; i++)
            foreach (var who in (Guid[])[patient.UserId, other]) booked.Add((await server.Admin.BookAsync(await server.NewDoctorAsync(), who, ClinicCalls.InDays(50 + i / 2, 9 + i % 2))).Id());

        var seen = new List<Guid>();
        for (var cursor = ""; ;)
        {
            var page = await relative.GetJsonAsync($"{ClinicCalls.Root}?limit=3{cursor}");
            seen.AddRange(page.Items().Select(item => item.Id()));
            page.Items().Count.ShouldBeLessThanOrEqualTo(3);
            if (page.GetProperty("next_cursor").ValueKind == JsonValueKind.Null) break;
            cursor = $"&cursor={page.Text("next_cursor")}";
        }

        seen.ShouldBe(booked, ignoreOrder: true);
        var times = (await relative.GetJsonAsync($"{ClinicCalls.Root}?limit=200")).Items();
        times.ConvertAll(item => item.Id()).ShouldBe(seen);
        times.ConvertAll(item => item.Text("time_slot")!).ShouldBe(times.ConvertAll(item => item.Text("time_slot")!).OrderDescending(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Filters_narrow()
    {
        using var patient = await server.SignedInAsync("patient");
        var doctor = await server.NewDoctorAsync();
        var first = (await patient.BookAsync(doctor, patient.UserId, ClinicCalls.InDays(10))).Id();
        var second = (await patient.BookAsync(doctor, patient.UserId, ClinicCalls.InDays(11))).Id();
        await (await patient.TryCancelAsync(first)).ShouldAnswerAsync(200);

        (await patient.AppointmentsAsync("?status=cancelled")).ShouldBe([first]);
        (await patient.AppointmentsAsync("?status=scheduled")).ShouldBe([second]);
        (await patient.AppointmentsAsync($"?from={ClinicCalls.InDays(11).Wire()}")).ShouldBe([second]);
        (await patient.AppointmentsAsync($"?to={ClinicCalls.InDays(11).Wire()}")).ShouldBe([first]);
        (await patient.AppointmentsAsync($"?from={ClinicCalls.InDays(11).AddHours(5):yyyy-MM-ddTHH:mm:ss}+05:00")).ShouldBe([second]);
        (await patient.AppointmentsAsync($"?doctor_id={Guid.CreateVersion7()}")).ShouldBeEmpty();
        foreach (var (query, field) in ((string, string)[])[("from=2026-01-31", "from"), ("to=x", "to"), ("status=done", "status"), ("cursor=x", "cursor"), ("limit=0", "limit"), ("doctor_id=x", "doctor_id")])
            await (await patient.GetAsync($"{ClinicCalls.Root}?{query}")).ShouldRefuseFieldsAsync(field);
    }

    [Fact]
    public async Task A_list_leaves_one_entry_for_each_patient_whom_it_shows()
    {
        using var relative = await server.SignedInAsync("user");
        var (one, two) = (await server.NewPatientAsync(), await server.NewPatientAsync());
        await server.RelateAsync(relative.UserId, one, "child");
        await server.RelateAsync(relative.UserId, two, "parent");
        var doctor = await server.NewDoctorAsync();
        for (var i = 0; i < 4; i++) await server.Admin.BookAsync(doctor, i % 2 == 0 ? one : two, ClinicCalls.InDays(20 + i));

        await relative.AppointmentsAsync();

        (await server.Database.ColumnAsync<string>("""
            SELECT subject_id || ' ' || resource || ' ' || reason FROM audit.entries WHERE actor_id = $1 AND action = 'appointment.list' ORDER BY 1
            """, relative.UserId)).ShouldBe([$"{one} patient/{one} related: child", $"{two} patient/{two} related: parent"], ignoreOrder: true);
    }

    [Fact]
    public async Task Those_of_more_patients_than_are_looked_up_one_by_one_are_all_there()
    {
        using var hospital = await server.SignedInAsync("hospital");
        var doctor = await server.NewDoctorAsync();
        await server.Database.ExecuteAsync("""
            INSERT INTO care.patients (id, user_id, name, created_at, updated_at) SELECT ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, $1, 'One of many', now(), now()
            FROM generate_series(1, 301) i
            """, hospital.UserId);
        await server.Database.ExecuteAsync("""
            INSERT INTO care.hospital_patients (id, hospital_id, patient_id, created_by, created_at) SELECT p.id, $1, p.id, $1, now() FROM care.patients p WHERE p.user_id = $1 LIMIT 300
            """, hospital.UserId);
        var patients = await server.Database.ColumnAsync<Guid>("SELECT patient_id FROM care.hospital_patients WHERE hospital_id = $1 ORDER BY 1", hospital.UserId);
        var unmapped = await server.Database.ScalarAsync<Guid>("""
            SELECT id FROM care.patients WHERE user_id = $1 AND id NOT IN (SELECT patient_id FROM care.hospital_patients)
            """, hospital.UserId);
        var booked = new List<Guid>();
        foreach (var (patient, i) in patients.Take(3).Append(patients[^1]).Select((patient, i) => (patient, i)))
            booked.Insert(0, (await server.Admin.BookAsync(doctor, patient, ClinicCalls.InDays(300 + i))).Id());
        var foreign = (await server.Admin.BookAsync(doctor, unmapped, ClinicCalls.InDays(320))).Id();

        (await hospital.AppointmentsAsync()).ShouldBe(booked);
        await server.MapAsync("hospital_patients", "hospital_id", hospital.UserId, "patient_id", unmapped);
        (await hospital.AppointmentsAsync()).ShouldBe([foreign, .. booked], "past the limit by one");
        (await hospital.AppointmentsAsync("?status=cancelled")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Programs_read_with_the_scope_for_it_as_the_account_that_they_act_as()
    {
        using var program = Client.WithKey(server.Address, (await (await server.Admin.PostJsonAsync("/api/v1/api-keys", new { name = "Program", scopes = new[] { "cases:write" } })).ShouldAnswerAsync(201)).Text("key")!);
        await (await program.GetAsync(ClinicCalls.Root)).ShouldBeProblemAsync(403, "forbidden");
    }
}
