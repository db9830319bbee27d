using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Tests.Modules.Accounts;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Records;

public sealed class AccessLogTests(CaseServer server) : IClassFixture<CaseServer>
{
    const string Read = "access_log.read";

    static string Log(Guid patientId) => $"/api/v1/patients/{patientId}/access-log";

    [Fact]
    public async Task The_patient_sees_who_read_what_when_and_why_newest_first()
    {
        using var patient = await server.SignedInAsync("patient");
        using var doctor = await server.SignedInAsync("doctor");
        await server.MapDoctorAsync(doctor.UserId, patient.UserId);
        var before = DateTimeOffset.UtcNow.AddSeconds(-5);
        await doctor.GetJsonAsync($"/api/v1/records/search?q=x&patient_id={patient.UserId}");
        await server.Admin.GetJsonAsync($"/api/v1/records/search?q=x&patient_id={patient.UserId}");

        await patient.GetJsonAsync(Log(patient.UserId));
        var entries = (await patient.GetJsonAsync($"{Log(patient.UserId)}?limit=3")).Items();

        entries.Select(e => $"{e.Text("action")} {e.Text("actor_name")} {e.Text("actor_role")} {e.Text("reason")} {e.Text("outcome")}").ShouldBe(
        [
            $"{Read} Test patient patient own record ok", "record.search Demo Admin admin administrator ok",
            "record.search Test doctor doctor treating doctor ok",
        ]);
        entries.Select(e => e.Number("id")).ShouldBeInOrder(SortDirection.Descending);
        entries.ShouldAllBe(e => e.Text("resource") == $"patient/{patient.UserId}" && e.GetProperty("at").GetDateTimeOffset() > before);
        entries[2].Id("actor_id").ShouldBe(doctor.UserId);
        entries[0].EnumerateObject().Select(member => member.Name)
            .ShouldBe(["id", "at", "actor_id", "actor_name", "actor_role", "action", "resource", "reason", "outcome"]);
    }

    [Fact]
    public async Task The_patient_related_users_and_administrators_see_it_and_for_others_nothing_is_there()
    {
        using var patient = await server.SignedInAsync("patient");
        using var other = await server.SignedInAsync("patient");
        using var relative = await server.SignedInAsync("user");
        using var doctor = await server.SignedInAsync("doctor");
        using var hospital = await server.SignedInAsync("hospital");
        await server.RelateAsync(relative.UserId, patient.UserId);
        await server.MapDoctorAsync(doctor.UserId, patient.UserId);
        await server.MapHospitalAsync(hospital.UserId, patient.UserId);

        foreach (var reader in (Client[])[patient, relative, server.Admin]) await reader.GetJsonAsync(Log(patient.UserId));
        foreach (var role in (Client[])[doctor, hospital, server.Staff]) await (await role.GetAsync(Log(patient.UserId))).ShouldBeProblemAsync(403, "forbidden");
        foreach (var stranger in (Client[])[other, server.Owner])
        {
            var foreign = await (await stranger.GetAsync(Log(patient.UserId))).ShouldBeProblemAsync(404, "not_found");
            var absent = await (await stranger.GetAsync(Log(Guid.CreateVersion7()))).ShouldBeProblemAsync(404, "not_found");
            foreign.Text("detail").ShouldBe(absent.Text("detail"));
        }
        (await server.LogAsync(patient.UserId, relative.UserId)).ShouldBe([$"{Read} | ok | related: parent"]);
        (await server.LogAsync(patient.UserId, other.UserId)).ShouldBe([$"{Read} | denied"]);
    }

    [Fact]
    public async Task Refusals_are_for_administrators()
    {
        using var patient = await server.SignedInAsync("patient");
        using var other = await server.SignedInAsync("patient");
        await (await other.GetAsync(Log(patient.UserId))).ShouldAnswerAsync(404);

        (await patient.GetJsonAsync($"{Log(patient.UserId)}?actor_id={other.UserId}")).Items().ShouldBeEmpty();
        await (await patient.GetAsync($"{Log(patient.UserId)}?outcome=denied")).ShouldRefuseFieldsAsync("outcome");
        foreach (var filter in (string[])["outcome=denied", $"actor_id={other.UserId}"])
            (await server.Admin.GetJsonAsync($"{Log(patient.UserId)}?{filter}")).Items().Select(e => (e.Text("outcome"), e.Id("actor_id"))).ShouldBe([("denied", other.UserId)]);
        (await server.Admin.GetJsonAsync($"{Log(patient.UserId)}?outcome=ok")).Items().ShouldAllBe(e => e.Text("outcome") == "ok");
    }

    [Fact]
    public async Task Filters_narrow_and_pages_join()
    {
        using var patient = await server.SignedInAsync("patient");
        var reader = Guid.CreateVersion7();
        await server.Database.ExecuteAsync("""
            INSERT INTO audit.access_append (at, actor_id, actor_role, action, resource, outcome, reason, subject_id)
            SELECT timestamptz '2026-01-01' + i * interval '1 day', CASE WHEN i % 2 = 0 THEN $2 ELSE $1 END, 'doctor', 'step.' || i % 3, 'report/' || i, 'ok', 'treating doctor', $1
            FROM generate_series(0, 11) i
            """, patient.UserId, reader);
        async Task<List<string?>> ResourcesAsync(string query) => [.. (await patient.GetJsonAsync($"{Log(patient.UserId)}?{query}")).Items().Select(e => e.Text("resource"))];
        string[] Reports(params int[] numbers) => [.. numbers.Select(i => $"report/{i}")];

        (await ResourcesAsync($"actor_id={reader}")).ShouldBe(Reports(10, 8, 6, 4, 2, 0));
        (await ResourcesAsync("action=step.1")).ShouldBe(Reports(10, 7, 4, 1));
        (await ResourcesAsync("from=2026-01-03T00:00:00Z&to=2026-01-05T02:00:00%2B02:00")).ShouldBe(Reports(3, 2));
        (await ResourcesAsync($"action=step.0&actor_id={reader}&from=2026-01-02")).ShouldBe(Reports(6));
        var seen = new List<string?>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await patient.GetJsonAsync($"{Log(patient.UserId)}?to=2026-02-01&limit=5{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}");
            seen.AddRange(page.Items().Select(e => e.Text("resource")));
            cursor = page.Text("next_cursor");
        }
        seen.ShouldBe(Reports(11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    }

    [Fact]
    public async Task A_program_is_named_by_its_key_and_reaches_what_its_account_reaches()
    {
        using var patient = await server.SignedInAsync("patient");
        using var doctor = await server.SignedInAsync("doctor");
        await server.MapDoctorAsync(doctor.UserId, patient.UserId);
        await server.ReportAsync(patient.UserId, "Programmatix", "x");
        var (own, ownKey) = await server.ReaderKeyAsync(server.Admin, patient.UserId);
        var (doctors, doctorsKey) = await server.ReaderKeyAsync(server.Admin, doctor.UserId);
        var (foreign, foreignKey) = await server.ReaderKeyAsync(server.Admin, server.Owner.UserId);
        using var without = await server.KeyAsync("cases:write");

        await own.GetJsonAsync(Log(patient.UserId));
        (await doctors.GetJsonAsync("/api/v1/records/search?q=programmatix")).Items().Count.ShouldBe(1);
        await (await doctors.GetAsync(Log(patient.UserId))).ShouldBeProblemAsync(404, "not_found");
        (await foreign.GetJsonAsync("/api/v1/records/search?q=programmatix")).Items().ShouldBeEmpty();
        await (await foreign.GetAsync(Log(patient.UserId))).ShouldBeProblemAsync(404, "not_found");
        foreach (var path in (string[])[Log(patient.UserId), "/api/v1/records/search?q=programmatix"]) await (await without.GetAsync(path)).ShouldBeProblemAsync(403, "forbidden");

        (await server.LogAsync(patient.UserId, patient.UserId)).ShouldContain($"{Read} | ok | own record, by API key {ownKey}");
        (await server.LogAsync(patient.UserId, doctor.UserId)).ShouldBe(
            [$"record.search | ok | treating doctor, by API key {doctorsKey}", $"{Read} | denied | refused, by API key {doctorsKey}"]);
        (await server.LogAsync(patient.UserId, server.Owner.UserId)).ShouldBe([$"{Read} | denied | refused, by API key {foreignKey}"]);
    }

    /// <summary>Nobody can write to the trail for a while: neither a person, nor a program, nor the assistant gets an answer before it is written.</summary>
    [Fact]
    public async Task The_answer_waits_until_its_entry_is_durable()
    {
        await using var own = await Server.StartAsync(CaseServer.QuickPasswords);
        using var patient = await own.SignedInAsync("patient");
        using var admin = await own.SignInAsync("admin@example.com", "admin123");
        await own.ReportAsync(patient.UserId, "Durabilix", "x");
        var (program, keyId) = await own.ReaderKeyAsync(admin, patient.UserId);
        var assistant = new Caller(AssistantAccount.Id, Role.Assistant, AssistantAccount.Name, Guid.CreateVersion7(), IsApiKey: false, new HashSet<string>());
        await using var scope = own.Services.CreateAsyncScope();
        var log = scope.ServiceProvider.GetRequiredService<AccessLog>();
        var reads = new List<Func<Task>>
        {
            () => patient.GetJsonAsync(Log(patient.UserId)),
            () => patient.GetJsonAsync("/api/v1/records/search?q=durabilix"),
            () => program.GetJsonAsync("/api/v1/records/search?q=durabilix"),
            () => log.ReadAsync(assistant, patient.UserId, "report.read", "report/1", "answers the patient", default),
        };
        foreach (var read in reads)
        {
            var entries = await CountAsync();
            await using var connection = await own.Database.Source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using (var command = new Npgsql.NpgsqlCommand("LOCK TABLE audit.entries IN SHARE MODE", connection, transaction)) await command.ExecuteNonQueryAsync();
            var answer = read();
            await Eventually.BecomesAsync(true, () => own.Database.ScalarAsync<bool>("""
                SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'audit.entries'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
                """));

            answer.IsCompleted.ShouldBeFalse();
            await transaction.RollbackAsync();
            await answer;
            (await CountAsync()).ShouldBe(entries + 1);
        }
        (await own.LogAsync(patient.UserId, AssistantAccount.Id)).ShouldBe(["report.read | ok | answers the patient"]);
        (await own.LogAsync(patient.UserId, patient.UserId)).ShouldContain($"record.search | ok | own record, by API key {keyId}");

        Task<long> CountAsync() => own.Database.ScalarAsync<long>("SELECT count(*) FROM audit.entries WHERE subject_id = $1", patient.UserId);
    }

    [Fact]
    public async Task A_read_that_cannot_be_written_down_shows_nothing()
    {
        await using var own = await Server.StartAsync(CaseServer.QuickPasswords);
        using var patient = await own.SignedInAsync("patient");
        await own.ReportAsync(patient.UserId, "Unspeakablix", "x");
        await own.Database.ExecuteAsync("""
            CREATE FUNCTION audit.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$;
            CREATE TRIGGER fails BEFORE INSERT ON audit.entries FOR EACH ROW EXECUTE FUNCTION audit.fail();
            """);

        foreach (var path in (string[])["/api/v1/records/search?q=unspeakablix", $"/api/v1/records/search?q=unspeakablix&patient_id={patient.UserId}", Log(patient.UserId)])
        {
            var answer = await patient.GetAsync(path);
            ((int)answer.StatusCode).ShouldBeOneOf(500, 503);
            (await answer.Content.ReadAsStringAsync()).ShouldNotContain("Unspeak");
        }

        await own.Database.ExecuteAsync("DROP TRIGGER fails ON audit.entries");
        (await patient.GetJsonAsync("/api/v1/records/search?q=unspeakablix")).Items().Count.ShouldBe(1);
    }
}
