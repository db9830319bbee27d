using System.Text.Json.Nodes;
using Consilium.Tests.Modules.Care;
using Consilium.Tests.Modules.Cases;
using Consilium.Tests.Modules.Records;
using Consilium.Tests.Modules.Tickets;

namespace Consilium.Tests.Api;

/// <summary>Everybody who may ask for the data of one patient: by what they are to this patient.</summary>
internal enum Who
{
    /// <summary>Nobody who has signed in.</summary>
    Anonymous,

    /// <summary>The patient.</summary>
    Patient,

    /// <summary>A user who acts for the patient.</summary>
    Relative,

    /// <summary>A user who is nothing to the patient.</summary>
    User,

    /// <summary>Another patient, who has a hospital and a doctor of his own.</summary>
    OtherPatient,

    /// <summary>A doctor of the patient's hospital, who treats the patient.</summary>
    Treating,

    /// <summary>A doctor of the patient's hospital, who does not.</summary>
    Colleague,

    /// <summary>A doctor of another hospital, who treats another patient.</summary>
    ForeignDoctor,

    /// <summary>The patient's hospital.</summary>
    Hospital,

    /// <summary>Another hospital, with a doctor and a patient of its own.</summary>
    ForeignHospital,

    Staff,
    Admin,

    /// <summary>A program that acts as the treating doctor's account, by a key that says that it reads records.</summary>
    Program,

    /// <summary>The same by a key for something else.</summary>
    WrongProgram,

    /// <summary>A program that acts as an administrator, by a key that reads a part of the configuration.</summary>
    AdminsProgram,

    /// <summary>A program that acts as an administrator, by a key for conversations.</summary>
    Bot,
}

/// <summary>A server and one of each, who are mapped to each other once.</summary>
public sealed class AccessWorld : Server
{
    readonly Dictionary<Who, Client> people = [];
    readonly DateTimeOffset start = new(DateTimeOffset.UtcNow.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
    int booked;

    internal static IReadOnlyList<Who> Everybody { get; } = Enum.GetValues<Who>();

    internal Client this[Who who] => people[who];

    /// <summary>The account, and where there is one the profile.</summary>
    internal Guid Id(Who who) => people[who].UserId;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        people[Who.Anonymous] = Anonymous();
        people[Who.Admin] = await this.AdminAsync();
        foreach (var (who, role) in ((Who, string)[])[
            (Who.Patient, "patient"), (Who.Relative, "user"), (Who.User, "user"), (Who.OtherPatient, "patient"), (Who.Treating, "doctor"), (Who.Colleague, "doctor"),
            (Who.ForeignDoctor, "doctor"), (Who.Hospital, "hospital"), (Who.ForeignHospital, "hospital"), (Who.Staff, "staff")])
            people[who] = await SignedInAsync(role);
        await MapAsync("hospital-doctor", Who.Hospital, Who.Treating);
        await MapAsync("hospital-doctor", Who.Hospital, Who.Colleague);
        await MapAsync("hospital-patient", Who.Hospital, Who.Patient);
        await MapAsync("doctor-patient", Who.Treating, Who.Patient);
        await MapAsync("user-patient", Who.Relative, Who.Patient);
        await MapAsync("hospital-doctor", Who.ForeignHospital, Who.ForeignDoctor);
        await MapAsync("hospital-patient", Who.ForeignHospital, Who.OtherPatient);
        await MapAsync("doctor-patient", Who.ForeignDoctor, Who.OtherPatient);
        people[Who.Program] = await KeyAsync("records:read", Who.Treating);
        people[Who.WrongProgram] = await KeyAsync("cases:write", Who.Treating);
        people[Who.AdminsProgram] = await KeyAsync("config:read:printer", Who.Admin);
        people[Who.Bot] = await KeyAsync("conversations:write", Who.Admin);
        await this[Who.Treating].WriteHistoryAsync(Id(Who.Patient));
        ReportId = (await this[Who.Treating].WriteReportAsync(Id(Who.Patient))).Id();
        DocumentId = (await this[Who.Treating].UploadDocumentAsync(ReportId)).Id();
        AppointmentId = await BookAsync(Id(Who.Treating), Id(Who.Hospital));
        CaseId = await this[Who.Patient].OpenCaseAsync();
        FileId = await this[Who.Patient].UploadAsync(CaseId);
        await this[Who.Patient].SendAsync(CaseId, [FileId]);
        TicketId = await this[Who.Patient].OpenTicketAsync();
    }

    /// <summary>Who asks, by a session of their own where the request ends it.</summary>
    internal async Task<Client> AskingAsync(Who who, bool endsSession) =>
        endsSession && people[who].AccessToken.Length > 0 ? await SignInAsync(people[who].Email, who == Who.Admin ? "admin123" : Password) : people[who];

    /// <summary>Written by the treating doctor, as the document is.</summary>
    internal Guid ReportId { get; private set; }

    internal Guid DocumentId { get; private set; }

    /// <summary>Of the patient, with the treating doctor, at the hospital.</summary>
    internal Guid AppointmentId { get; private set; }

    /// <summary>Opened by the patient, as the ticket is.</summary>
    internal Guid CaseId { get; private set; }

    internal Guid TicketId { get; private set; }

    /// <summary>A note that hangs on a message of the case.</summary>
    internal Guid FileId { get; private set; }

    /// <summary>Books the patient a time that nobody had before.</summary>
    internal async Task<Guid> BookAsync(Guid doctorId, Guid? hospitalId) => (await (await this[Who.Admin].PostJsonAsync("/api/v1/appointments", new
    {
        doctor_id = doctorId, patient_id = Id(Who.Patient), hospital_id = hospitalId, time_slot = NextTime(),
    })).ShouldAnswerAsync(201)).Id();

    internal string NextTime() => $"{start.AddHours(Interlocked.Increment(ref booked)):O}";

    /// <summary>Somebody new, to be changed or taken away by one request.</summary>
    internal async Task<Guid> NewAsync(string role)
    {
        using var somebody = await SignedInAsync(role);
        return somebody.UserId;
    }

    /// <summary>A new patient who is to everybody what the patient is.</summary>
    internal async Task<Guid> NewPatientAsync()
    {
        var patient = await NewAsync("patient");
        await this[Who.Admin].MapAsync("hospital-patient", Id(Who.Hospital), patient);
        await this[Who.Admin].MapAsync("doctor-patient", Id(Who.Treating), patient);
        await this[Who.Admin].MapAsync("user-patient", Id(Who.Relative), patient);
        return patient;
    }

    Task MapAsync(string kind, Who first, Who second) => this[Who.Admin].MapAsync(kind, Id(first), Id(second));

    async Task<Client> KeyAsync(string scope, Who actsAs)
    {
        var made = await this[Who.Admin].PostJsonAsync("/api/v1/api-keys", new { name = "Program", scopes = new[] { scope }, account_id = Id(actsAs) });
        return Client.WithKey(Address, (await made.ShouldAnswerAsync(201)).Text("key")!);
    }
}

/// <summary>A request that its route takes from those who may.</summary>
internal sealed record Call(string Path, JsonObject? Body = null)
{
    /// <summary>The body of a route that takes no JSON, made anew for each request; of something that has <see cref="FormId"/>.</summary>
    public Func<Guid, HttpContent>? Form { get; init; }

    public Guid FormId { get; init; }

    static readonly (string Name, string Value)[] Upgrade =
        [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")];

    public HttpRequestMessage Request(string method)
    {
        var request = new HttpRequestMessage(new(method), Path) { Content = Form?.Invoke(FormId) };
        if (Path.EndsWith("/ws", StringComparison.Ordinal))
            foreach (var (name, value) in Upgrade) request.Headers.Add(name, value);
        if (Body is not null) request.Content = new StringContent(Body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        return request;
    }

    /// <summary>The same with one of its ids, in address, query or body, being nobody's: each in turn.</summary>
    public IEnumerable<Call> WithAbsentIds()
    {
        foreach (var id in Path.Split('/', '?', '&', '=').Where(part => Guid.TryParse(part, out _)).Distinct(StringComparer.Ordinal))
            yield return this with { Path = Path.Replace(id, $"{Guid.CreateVersion7()}", StringComparison.Ordinal) };
        if (FormId != Guid.Empty) yield return this with { FormId = Guid.CreateVersion7() };
        foreach (var member in (Body ?? []).Where(member => Guid.TryParse(member.Value?.ToString(), out _)).Select(member => member.Key))
        {
            var body = Body!.DeepClone().AsObject();
            body[member] = $"{Guid.CreateVersion7()}";
            yield return this with { Body = body };
        }
    }
}
