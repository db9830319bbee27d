using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Records;

/// <summary>A server and those who meet at a patient's record. Tests share the people, never a patient.</summary>
public class RecordServer : Server
{
    Action<IServiceCollection>? more;

    protected override IReadOnlyDictionary<string, string?> Settings { get; init; } = CaseServer.QuickPasswords;

    /// <summary>One of its own for a test, with settings, services or a clock of its own.</summary>
    internal static async Task<RecordServer> WithAsync(
        TimeProvider? clock = null, Action<IServiceCollection>? services = null, params (string Key, string Value)[] settings)
    {
        var server = new RecordServer
        {
            Settings = CaseServer.QuickPasswords.Concat(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).ToDictionary(StringComparer.Ordinal),
            Clock = clock ?? TimeProvider.System,
            more = services,
        };
        await server.InitializeAsync();
        return server;
    }

    /// <summary>Treats the patients of the tests.</summary>
    public Client Doctor { get; private set; } = null!;

    /// <summary>Treats nobody here.</summary>
    public Client Stranger { get; private set; } = null!;

    /// <summary>The patients of the tests are this hospital's.</summary>
    public Client Hospital { get; private set; } = null!;

    public Client Staff { get; private set; } = null!;
    public Client Admin { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Doctor = await SignedInAsync("doctor");
        Stranger = await SignedInAsync("doctor");
        Hospital = await SignedInAsync("hospital");
        Staff = await SignedInAsync("staff");
        Admin = await SignInAsync("admin@example.com", "admin123");
    }

    protected override void ConfigureServices(IServiceCollection services) => more?.Invoke(services);

    /// <summary>A patient, treated by the doctor and the hospital's.</summary>
    public async Task<Client> PatientAsync()
    {
        var patient = await SignedInAsync("patient");
        await this.TreatsAsync(Doctor, patient.UserId);
        await Database.ExecuteAsync("INSERT INTO care.hospital_patients (id, hospital_id, patient_id, created_by, created_at) VALUES ($1, $2, $3, $2, now())",
            Guid.CreateVersion7(), Hospital.UserId, patient.UserId);
        return patient;
    }

    /// <summary>A user who may act for the patient.</summary>
    public async Task<Client> RelativeAsync(Guid patientId)
    {
        var relative = await SignedInAsync("user");
        await Database.ExecuteAsync(
            "INSERT INTO care.user_patients (id, user_id, patient_id, relation, created_by, created_at) VALUES ($1, $2, $3, 'parent', $2, now())",
            Guid.CreateVersion7(), relative.UserId, patientId);
        return relative;
    }
}

/// <summary>People of the clinic, and who treats whom.</summary>
internal static class RecordPeople
{
    public static Task TreatsAsync(this Server server, Client doctor, Guid patientId) => server.Database.ExecuteAsync(
        "INSERT INTO care.doctor_patients (id, doctor_id, patient_id, created_by, created_at) VALUES ($1, $2, $3, $2, now())",
        Guid.CreateVersion7(), doctor.UserId, patientId);

    public static Task TreatsNoMoreAsync(this Server server, Client doctor, Guid patientId) =>
        server.Database.ExecuteAsync("DELETE FROM care.doctor_patients WHERE doctor_id = $1 AND patient_id = $2", doctor.UserId, patientId);
}
