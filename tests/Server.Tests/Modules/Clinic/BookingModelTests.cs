using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Consilium.Tests.Modules.Clinic;

/// <summary>Whatever is booked, moved and ended, the calendars are those of a plain list that looks through itself.</summary>
public sealed class BookingModelTests(ClinicServer server) : IClassFixture<ClinicServer>
{
    const int People = 3;
    const int Places = 16; // quarters of an hour from seven to eleven
    static readonly DateTimeOffset Morning = ClinicCalls.InDays(400, hour: 7);
    static readonly string[] Actions = ["book", "book", "book", "emergency", "emergency with a reason", "move", "move", "move with a reason", "cancel", "complete", "delete", "make regular"];

    [Fact]
    public void The_calendars_are_those_of_a_plain_model()
    {
        var step = Gen.Choose(0, Actions.Length - 1).SelectMany(_ => Gen.Choose(0, 99), (action, which) => (Action: Actions[action], Which: which))
            .SelectMany(_ => Gen.Choose(0, Places - 1), (step, place) => (step, place)).SelectMany(_ => Gen.Choose(1, 4), (step, quarters) =>
                new Step(step.step.Action, step.step.Which % People, step.step.Which / People % People, step.step.Which, step.place, quarters));
        var run = Gen.Choose(1, 40).SelectMany(length => Gen.ListOf(step, length), (_, steps) => steps.ToList());

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30).WithEndSize(40), Prop.ForAll(Arb.From(run, Shrink), steps => HoldsAsync(steps)));
    }

    async Task HoldsAsync(List<Step> steps)
    {
        // One doctor works from eight to ten, the others always.
        Guid[] doctors = [await server.NewDoctorAsync("08:00", "10:00"), await server.NewDoctorAsync(), await server.NewDoctorAsync()];
        var patients = await Task.WhenAll(Enumerable.Range(0, People).Select(_ => server.NewPatientAsync()));
        var model = new Model();
        foreach (var (step, i) in steps.Select((step, i) => (step, i)))
        {
            var known = model.Booked.Count == 0 ? null : model.Booked[step.Which % model.Booked.Count];
            var expected = model.Do(step, known);
            var answer = await SendAsync(step, known, doctors, patients);
            var body = await answer.Content.ReadAsStringAsync();
            using var json = JsonDocument.Parse(body.Length == 0 ? "{}" : body);
            var code = json.RootElement.TryGetProperty("code", out var found) ? found.GetString()! : ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
            expected.ShouldContain(code, $"step {i}, {step}: {body}");
            if (code == "201") model.Booked[^1] = model.Booked[^1] with { Id = json.RootElement.Id() };
        }

        (await server.Database.ColumnAsync<string>("""
            SELECT id || ' ' || status || ' ' || overrides || ' ' || extract(epoch FROM starts_at - $2) / 60 || ' ' || extract(epoch FROM ends_at - starts_at) / 60
            FROM clinic.appointments WHERE doctor_id = ANY ($1) AND deleted_at IS NULL
            """, doctors, Morning.UtcDateTime)).Select(Rounded).ShouldBe(model.Booked.Where(one => !one.IsDeleted).Select(one =>
                $"{one.Id} {one.Status} {(one.Overrides ? "true" : "false")} {one.From * 15} {(one.To - one.From) * 15}"), ignoreOrder: true);
        for (var doctor = 0; doctor < People; doctor++)
        {
            var free = await server.Admin.GetJsonAsync($"/api/v1/doctors/{doctors[doctor]}/slots?from={Morning.Wire()}&to={Morning.AddHours(4).Wire()}&duration_minutes=15");
            free.Items().Select(slot => slot.Text("start")).ShouldBe(Enumerable.Range(0, Places).Where(place => model.IsFree(doctor, place)).Select(place => At(place).Wire()));
        }
    }

    static string Rounded(string row)
    {
        var parts = row.Split(' ');
        return $"{parts[0]} {parts[1]} {parts[2]} {decimal.Parse(parts[3], CultureInfo.InvariantCulture):0} {decimal.Parse(parts[4], CultureInfo.InvariantCulture):0}";
    }

    Task<HttpResponseMessage> SendAsync(Step step, Booked? known, Guid[] doctors, Guid[] patients) => step.Action switch
    {
        "book" => server.Admin.TryBookAsync(doctors[step.Doctor], patients[step.Patient], At(step.Place), step.Quarters * 15),
        "emergency" => server.Admin.TryBookAsync(doctors[step.Doctor], patients[step.Patient], At(step.Place), step.Quarters * 15, "emergency"),
        "emergency with a reason" => server.Admin.TryBookAsync(doctors[step.Doctor], patients[step.Patient], At(step.Place), step.Quarters * 15, "emergency", overrideReason: "Bleeding"),
        "move" => server.Admin.TryChangeAsync(IdOf(known), new { timeSlot = At(step.Place).Wire(), durationMinutes = step.Quarters * 15 }),
        "move with a reason" => server.Admin.TryChangeAsync(IdOf(known), new { timeSlot = At(step.Place).Wire(), durationMinutes = step.Quarters * 15, overrideReason = "Bleeding" }),
        "cancel" => server.Admin.TryCancelAsync(IdOf(known)),
        "complete" => server.Admin.TrySetStatusAsync(IdOf(known), "completed"),
        "make regular" => server.Admin.TryChangeAsync(IdOf(known), new { type = "regular" }),
        _ => server.Admin.DeleteAsync($"{ClinicCalls.Root}/{IdOf(known)}"),
    };

    static Guid IdOf(Booked? known) => known?.Id ?? Guid.CreateVersion7();

    static DateTimeOffset At(int place) => Morning.AddMinutes(15 * place);

    static IEnumerable<List<Step>> Shrink(List<Step> steps)
    {
        for (var i = 0; i < steps.Count; i++) yield return [.. steps[..i], .. steps[(i + 1)..]];
    }

    sealed record Step(string Action, int Doctor, int Patient, int Which, int Place, int Quarters);

    sealed record Booked(Guid Id, int Doctor, int Patient, int From, int To, string Status, bool IsEmergency, bool Overrides, bool HasReason)
    {
        public bool IsDeleted { get; init; }
        public bool IsOpen => !IsDeleted && Status is "scheduled" or "rescheduled" && !IsDeleted;
    }

    sealed class Model
    {
        public List<Booked> Booked { get; } = [];

        public bool IsFree(int doctor, int place) => IsAtWork(doctor, place, place + 1) && !Booked.Exists(one => one.IsOpen && one.Doctor == doctor && one.From <= place && place < one.To);

        /// <summary>The codes that may come: a success as its status.</summary>
        public string[] Do(Step step, Booked? known)
        {
            if (step.Action is "book" or "emergency" or "emergency with a reason")
            {
                var wanted = new Booked(default, step.Doctor, step.Patient, step.Place, step.Place + step.Quarters, "scheduled", step.Action != "book", Overrides: false, HasReason: false);
                return Place(wanted, index: Booked.Count, step.Action == "emergency with a reason", "201");
            }
            if (known is null || known.IsDeleted) return ["not_found"];
            var at = Booked.IndexOf(known);
            switch (step.Action)
            {
                case "cancel" or "complete":
                    var status = step.Action == "cancel" ? "cancelled" : "completed";
                    if (!known.IsOpen) return [known.Status == status ? "200" : "status_step_refused"];
                    Booked[at] = known with { Status = status };
                    return ["200"];
                case "delete":
                    Booked[at] = known with { IsDeleted = true };
                    return ["204"];
                case "make regular":
                    if (!known.IsOpen) return ["appointment_closed"];
                    if (known.Overrides) return Place(known with { IsEmergency = false, Overrides = false, HasReason = false }, at, hasReason: false, "200");
                    Booked[at] = known with { IsEmergency = false };
                    return ["200"];
                default:
                    if (!known.IsOpen) return ["appointment_closed"];
                    if (known.From == step.Place && known.To == step.Place + step.Quarters) return ["200"];
                    var moved = known with
                    {
                        From = step.Place, To = step.Place + step.Quarters, Overrides = false, HasReason = false, Status = known.From == step.Place ? known.Status : "rescheduled",
                    };
                    return Place(moved, at, step.Action == "move with a reason" || known.HasReason, "200");
            }
        }

        string[] Place(Booked wanted, int index, bool hasReason, string success)
        {
            var refusals = new List<string>();
            var others = Booked.Where((one, i) => i != index && one.IsOpen && one.From < wanted.To && wanted.From < one.To).ToList();
            if (!IsAtWork(wanted.Doctor, wanted.From, wanted.To)) refusals.Add("outside_shift");
            else if (others.Exists(one => one.Doctor == wanted.Doctor) || others.Exists(one => one.Patient == wanted.Patient))
                refusals.AddRange([.. others.Exists(one => one.Doctor == wanted.Doctor) ? ["doctor_busy"] : (string[])[], .. others.Exists(one => one.Patient == wanted.Patient) ? ["patient_busy"] : (string[])[]]);
            if (refusals.Count > 0)
            {
                if (!wanted.IsEmergency || !hasReason) return [.. refusals];
                wanted = wanted with { Overrides = true, HasReason = true };
            }
            if (index == Booked.Count) Booked.Add(wanted);
            else Booked[index] = wanted;
            return [success];
        }

        static bool IsAtWork(int doctor, int from, int to) => doctor != 0 || (from >= 4 && to <= 12);
    }
}
