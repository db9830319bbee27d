using System.Text.Json;

namespace Consilium.Tests.Modules.Clinic;

public sealed class EndAppointmentTests(ClinicServer server) : IClassFixture<ClinicServer>
{
    static readonly string[] Statuses = ["scheduled", "rescheduled", "completed", "cancelled", "no_show"];

    [Fact]
    public async Task A_patient_cancels_with_a_reason_and_twice_changes_nothing()
    {
        var id = await BookedAsync();

        var cancelled = await (await server.Patient.TryCancelAsync(id, "  I am well again. ")).ShouldAnswerAsync(200);
        (cancelled.Text("status"), cancelled.Id("cancelled_by"), cancelled.Text("cancellation_reason")).ShouldBe(("cancelled", server.Patient.UserId, "I am well again."));

        (await (await server.Doctor.TryCancelAsync(id, "Another reason.")).ShouldAnswerAsync(200)).ToString().ShouldBe(cancelled.ToString());
        (await server.Patient.AppointmentAsync(id)).ToString().ShouldBe(cancelled.ToString());
        (await server.TrailAsync(id))[1].ShouldBe("patient appointment.cancelled ok: own record");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public async Task A_cancellation_needs_a_reason(string? reason)
    {
        var id = await BookedAsync();
        await (await server.Patient.TryCancelAsync(id, reason)).ShouldRefuseFieldsAsync("cancellation_reason");
        await (await server.Patient.TryCancelAsync(id, new string('a', 501))).ShouldRefuseFieldsAsync("cancellation_reason");
        await (await server.Patient.TrySetStatusAsync(id, "cancelled", new string('a', 501))).ShouldRefuseFieldsAsync("cancellation_reason");
    }

    [Fact]
    public async Task The_status_cancelled_cancels_as_cancel_does_for_all_who_may_cancel()
    {
        using var relative = await server.SignedInAsync("user");
        await server.RelateAsync(relative.UserId, server.Patient.UserId);
        foreach (var caller in (Client[])[server.Patient, relative, server.Doctor, server.Hospital, server.Admin])
        {
            var (one, other) = (await BookedAsync(), await BookedAsync());
            var set = await (await caller.TrySetStatusAsync(one, "cancelled", " I am well again. ")).ShouldAnswerAsync(200);
            var cancelled = await (await caller.TryCancelAsync(other)).ShouldAnswerAsync(200);
            foreach (var member in (string[])["status", "cancelled_by", "cancellation_reason"]) set.GetProperty(member).ToString().ShouldBe(cancelled.GetProperty(member).ToString());
            (await server.TrailAsync(one)).ShouldBe(await server.TrailAsync(other));
            (await (await server.Patient.TryCancelAsync(one, "Once more.")).ShouldAnswerAsync(200)).ToString().ShouldBe(set.ToString());
            (await (await server.Patient.TrySetStatusAsync(one, "cancelled", "Once more.")).ShouldAnswerAsync(200)).ToString().ShouldBe(set.ToString());
        }
    }

    [Theory]
    [InlineData("""{"status":"cancelled"}""")]
    [InlineData("""{"status":"cancelled","cancellation_reason":null}""")]
    [InlineData("""{"status":"cancelled","cancellation_reason":" "}""")]
    public async Task The_status_cancelled_needs_no_reason(string body)
    {
        foreach (var caller in (Client[])[server.Patient, server.Doctor])
        {
            var id = await BookedAsync();
            var cancelled = await (await caller.PutJsonAsync($"{ClinicCalls.Root}/{id}/status", body)).ShouldAnswerAsync(200);
            (cancelled.Text("status"), cancelled.Id("cancelled_by"), cancelled.Text("cancellation_reason")).ShouldBe(("cancelled", caller.UserId, null));
            (await server.Patient.AppointmentAsync(id)).ToString().ShouldBe(cancelled.ToString());
            (await server.TrailAsync(id))[1].ShouldStartWith(caller == server.Patient ? "patient appointment.cancelled ok" : "doctor appointment.cancelled ok");
        }
    }

    [Fact]
    public async Task Every_step_between_statuses_is_taken_or_refused_as_the_table_says()
    {
        foreach (var from in Statuses)
            foreach (var to in Statuses)
            {
                var id = await BookedAsync();
                if (from == "rescheduled") await (await server.Admin.TryMoveAsync(id, ClinicCalls.InDays(900 + day++))).ShouldAnswerAsync(200);
                else if (from != "scheduled") await (await server.Admin.TrySetStatusAsync(id, from, "Before.")).ShouldAnswerAsync(200);

                var answer = await server.Admin.TrySetStatusAsync(id, to, "Now.");

                if (from == to || ((from is "scheduled" or "rescheduled") && to is "completed" or "cancelled" or "no_show")) (await answer.ShouldAnswerAsync(200)).Text("status").ShouldBe(to);
                else await answer.ShouldBeProblemAsync(409, "status_step_refused");
                if (from == "cancelled") (await server.Admin.AppointmentAsync(id)).Text("cancellation_reason").ShouldBe("Before.");
                if (from is "completed" or "no_show") await (await server.Patient.TryCancelAsync(id)).ShouldBeProblemAsync(409, "status_step_refused");
            }
    }

    [Fact]
    public async Task That_a_new_time_is_the_way_to_rescheduled_is_said()
    {
        var id = await BookedAsync();
        var refused = await (await server.Doctor.TrySetStatusAsync(id, "rescheduled")).ShouldBeProblemAsync(409, "status_step_refused");
        refused.Text("detail")!.ShouldContain("time_slot");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Completed")]
    [InlineData("noshow")]
    [InlineData("")]
    [InlineData(null)]
    public async Task What_is_no_status_is_refused(string? status) =>
        await (await server.Doctor.TrySetStatusAsync(await BookedAsync(), status)).ShouldRefuseFieldsAsync("status");

    [Fact]
    public async Task Who_may_end_it_and_how()
    {
        using var treating = await server.SignedInAsync("doctor");
        using var relative = await server.SignedInAsync("user");
        using var stranger = await server.SignedInAsync("patient");
        using var clinic = await server.SignedInAsync("hospital");
        await server.MapAsync("doctor_patients", "doctor_id", treating.UserId, "patient_id", server.Patient.UserId);
        await server.MapAsync("hospital_patients", "hospital_id", clinic.UserId, "patient_id", server.Patient.UserId);
        await server.RelateAsync(relative.UserId, server.Patient.UserId);
        (Client Caller, int Cancels, int Ends)[] cases =
        [
            (server.Patient, 200, 403), (relative, 200, 403), (server.Doctor, 200, 200), (server.Hospital, 200, 200), (server.Admin, 200, 200),
            (treating, 403, 403), (clinic, 403, 403), (stranger, 404, 404),
        ];
        for (var i = 0; i < cases.Length; i++)
        {
            var (caller, cancels, ends) = cases[i];
            ((int)(await caller.TryCancelAsync(await BookedAsync())).StatusCode).ShouldBe(cancels, $"cancel {i}");
            ((int)(await caller.TryChangeAsync(await BookedAsync(), new { extras = "x" })).StatusCode).ShouldBe(cancels, $"change {i}");
            ((int)(await caller.TrySetStatusAsync(await BookedAsync(), "completed")).StatusCode).ShouldBe(ends, $"status {i}");
            ((int)(await caller.TrySetStatusAsync(await BookedAsync(), "cancelled", "x")).StatusCode).ShouldBe(cancels, $"status cancelled {i}");
            ((int)(await caller.DeleteAsync($"{ClinicCalls.Root}/{await BookedAsync()}")).StatusCode).ShouldBe(ends == 200 ? 204 : ends, $"delete {i}");
        }
    }

    [Fact]
    public async Task What_is_taken_back_is_gone_for_all_frees_its_time_and_leaves_no_stored_answer()
    {
        var (doctor, at) = (server.Doctor.UserId, ClinicCalls.InDays(2000 + day++));
        var key = ("Idempotency-Key", $"{Guid.CreateVersion7()}");
        var body = new { doctorId = doctor, patientId = server.Patient.UserId, timeSlot = at.Wire(), extras = "what nobody sees again" };
        var id = (await (await server.Patient.PostJsonAsync(ClinicCalls.Root, body, key)).ShouldAnswerAsync(201)).Id();

        (await (await server.Doctor.DeleteAsync($"{ClinicCalls.Root}/{id}")).ShouldAnswerAsync(204)).ValueKind.ShouldBe(JsonValueKind.Undefined);

        foreach (var reader in (Client[])[server.Patient, server.Doctor, server.Admin])
        {
            await (await reader.GetAsync($"{ClinicCalls.Root}/{id}")).ShouldBeProblemAsync(404, "not_found");
            (await reader.AppointmentsAsync($"?doctor_id={doctor}&from={at.Wire()}&to={at.AddMinutes(1).Wire()}")).ShouldBeEmpty();
        }
        await (await server.Doctor.DeleteAsync($"{ClinicCalls.Root}/{id}")).ShouldBeProblemAsync(404, "not_found");
        await (await server.Patient.TryCancelAsync(id)).ShouldBeProblemAsync(404, "not_found");
        await (await server.Patient.PostJsonAsync(ClinicCalls.Root, body, key)).ShouldBeProblemAsync(410, "gone");
        await server.Patient.BookAsync(doctor, server.Patient.UserId, at);
        (await server.TrailAsync(id)).ShouldContain("doctor appointment.deleted ok: doctor of the appointment");
    }

    static int day;

    async Task<Guid> BookedAsync() =>
        (await server.Admin.BookAsync(server.Doctor.UserId, server.Patient.UserId, ClinicCalls.InDays(10 + Interlocked.Increment(ref day)), hospitalId: server.Hospital.UserId)).Id();
}
