using Consilium.Tests.Modules.Accounts;

namespace Consilium.Tests.Modules.Clinic;

/// <summary>Nobody is booked twice for one time, however many try at once.</summary>
public sealed class DoubleBookingTests(ClinicServer server) : IClassFixture<ClinicServer>
{
    [Fact]
    public async Task Of_200_who_book_one_slot_at_once_one_gets_it()
    {
        var doctor = await server.NewDoctorAsync();
        var patients = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => server.NewPatientAsync()));

        var answers = await Task.WhenAll(patients.Select(patient => server.Admin.TryBookAsync(doctor, patient, ClinicCalls.InDays(3))));

        await ShouldHaveOneAsync(answers, "doctor_busy");
        (await server.Database.ScalarAsync<long>("SELECT count(*) FROM clinic.appointments WHERE doctor_id = $1", doctor)).ShouldBe(1);
    }

    [Fact]
    public async Task Of_100_doctors_who_are_booked_for_one_patient_at_once_one_gets_him()
    {
        var patient = await server.NewPatientAsync();
        var doctors = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => server.NewDoctorAsync()));

        var answers = await Task.WhenAll(doctors.Select((doctor, i) => server.Admin.TryBookAsync(doctor, patient, ClinicCalls.InDays(4, minute: i % 30))));

        await ShouldHaveOneAsync(answers, "patient_busy");
    }

    [Fact]
    public async Task Of_many_that_are_moved_to_one_time_at_once_one_comes_there_and_the_others_stay()
    {
        var doctor = await server.NewDoctorAsync();
        var booked = new List<Guid>();
        for (var i = 0; i < 40; i++) booked.Add((await server.Admin.BookAsync(doctor, await server.NewPatientAsync(), ClinicCalls.InDays(10 + i))).Id());

        var answers = await Task.WhenAll(booked.Select((id, i) => server.Admin.TryMoveAsync(id, ClinicCalls.InDays(5, minute: i % 30))));

        answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([200, .. Enumerable.Repeat(409, 39)]);
        (await server.Database.ColumnAsync<string>("SELECT status || ' ' || count(*) FROM clinic.appointments WHERE doctor_id = $1 GROUP BY status ORDER BY 1", doctor))
            .ShouldBe(["rescheduled 1", "scheduled 39"]);
    }

    [Fact]
    public async Task Bookings_moves_and_cancellations_of_few_people_at_once_never_fail_otherwise_than_by_conflict()
    {
        var doctors = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.NewDoctorAsync()));
        var patients = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => server.NewPatientAsync()));

        await Task.WhenAll(Enumerable.Range(0, 12).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            var own = new List<Guid>();
            for (var step = 0; step < 15; step++)
            {
                var at = ClinicCalls.InDays(100, 8, 15 * random.Next(12));
                var type = random.Next(5) == 0 ? "emergency" : "regular";
                var answer = random.Next(4) switch
                {
                    0 when own.Count > 0 => await server.Admin.TryMoveAsync(own[random.Next(own.Count)], at),
                    1 when own.Count > 0 => await server.Admin.TryCancelAsync(own[random.Next(own.Count)]),
                    2 when own.Count > 0 => await server.Admin.TryChangeAsync(own[random.Next(own.Count)], new { extras = $"{step}", durationMinutes = 15 + 15 * random.Next(3) }),
                    _ => await server.Admin.TryBookAsync(doctors[random.Next(4)], patients[random.Next(4)], at, type: type, overrideReason: type == "emergency" ? "Bleeding" : null),
                };
                ((int)answer.StatusCode).ShouldBeOneOf([200, 201, 409], await answer.Content.ReadAsStringAsync());
                if ((int)answer.StatusCode == 201) own.Add((await answer.ShouldAnswerAsync(201)).Id());
            }
        })));

        (await server.Database.ScalarAsync<long>("""
            SELECT count(*) FROM clinic.appointments a JOIN clinic.appointments b
              ON a.id < b.id AND (a.doctor_id = b.doctor_id OR a.patient_id = b.patient_id) AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
            WHERE NOT a.overrides AND NOT b.overrides AND a.status IN ('scheduled', 'rescheduled') AND b.status IN ('scheduled', 'rescheduled')
            """)).ShouldBe(0);
    }

    [Theory]
    [InlineData("doctor_id", "doctor_busy")]
    [InlineData("patient_id", "patient_busy")]
    public async Task Whoever_writes_without_taking_turns_is_seen_by_the_table_itself(string shared, string code)
    {
        var (doctor, patient) = (await server.NewDoctorAsync(), await server.NewPatientAsync());
        var (otherDoctor, otherPatient) = (await server.NewDoctorAsync(), await server.NewPatientAsync());
        await using var connection = await server.Database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var insert = new Npgsql.NpgsqlCommand("""
            INSERT INTO clinic.appointments (id, doctor_id, patient_id, starts_at, ends_at, type, status, created_by, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $4 + interval '30 minutes', 'regular', 'scheduled', $1, now(), now())
            """, connection, transaction);
        foreach (var value in (object[])[Guid.CreateVersion7(), shared == "doctor_id" ? doctor : otherDoctor, shared == "patient_id" ? patient : otherPatient, ClinicCalls.InDays(7).UtcDateTime])
            insert.Parameters.Add(new() { Value = value });
        await insert.ExecuteNonQueryAsync();

        var booking = server.Admin.TryBookAsync(doctor, patient, ClinicCalls.InDays(7));
        await Eventually.BecomesAsync(1L, () => server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO clinic.appointments%'"));
        await transaction.CommitAsync();

        await (await booking).ShouldBeProblemAsync(409, code);
    }

    [Fact]
    public async Task What_ends_when_the_other_begins_does_not_overlap_and_what_is_over_holds_no_time()
    {
        var (doctor, patient) = (await server.NewDoctorAsync(), await server.NewPatientAsync());
        var first = (await server.Admin.BookAsync(doctor, patient, ClinicCalls.InDays(6))).Id();
        await server.Admin.BookAsync(doctor, patient, ClinicCalls.InDays(6, minute: 30));
        await (await server.Admin.TryBookAsync(doctor, await server.NewPatientAsync(), ClinicCalls.InDays(6, minute: 29), minutes: 5)).ShouldBeProblemAsync(409, "doctor_busy");
        await (await server.Admin.TryBookAsync(await server.NewDoctorAsync(), patient, ClinicCalls.InDays(6, minute: 59), minutes: 5)).ShouldBeProblemAsync(409, "patient_busy");

        await (await server.Admin.TryCancelAsync(first)).ShouldAnswerAsync(200);

        await server.Admin.BookAsync(doctor, patient, ClinicCalls.InDays(6));
    }

    static async Task ShouldHaveOneAsync(HttpResponseMessage[] answers, string code)
    {
        answers.Select(answer => (int)answer.StatusCode).Order().ShouldBe([201, .. Enumerable.Repeat(409, answers.Length - 1)]);
        foreach (var refused in answers.Where(answer => (int)answer.StatusCode == 409)) await refused.ShouldBeProblemAsync(409, code);
    }
}
