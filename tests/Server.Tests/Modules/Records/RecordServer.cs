using Consilium.Tests.Modules.Cases;

namespace Consilium.Tests.Modules.Records;

/// <summary>A server and those who meet at a patient's record. Tests share the people, never a patient.</summary>
public class RecordServer : Server
{
    protected override IReadOnlyDictionary<string, string?> Settings { get; init; } = CaseServer.QuickPasswords;

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
        Doctor = await this.PersonAsync("doctor");
        Stranger = await this.PersonAsync("doctor");
        Hospital = await this.PersonAsync("hospital");
        Staff = await SignedInAsync("staff");
        Admin = await SignInAsync("admin@example.com", "admin123");
    }

    /// <summary>A patient, treated by the doctor and the hospital's.</summary>
    public async Task<Client> PatientAsync()
    {
        var patient = await this.PersonAsync("patient");
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
    /// <summary>A patient, doctor or hospital with a profile, signed in.</summary>
    public static async Task<Client> PersonAsync(this Server server, string role)
    {
        var email = $"{role}-{Guid.CreateVersion7():N}@example.com";
        const string password = "several plain words 7";
        using var anonymous = server.Anonymous();
        var id = (await (await anonymous.PostJsonAsync("/auth/signup", new { email, password })).ShouldAnswerAsync(201)).Id("user_id");
        await server.Database.ExecuteAsync("UPDATE accounts.users SET role = $2 WHERE id = $1", id, role);
        await server.Database.ExecuteAsync(role == "patient"
            ? "INSERT INTO care.patients (id, user_id, name, created_at, updated_at) VALUES ($1, $1, 'Test patient', now(), now())"
            : $"INSERT INTO care.{role}s (id, name, created_at, updated_at) VALUES ($1, 'Test {role}', now(), now())", id);
        return await server.SignInAsync(email, password);
    }

    public static Task TreatsAsync(this Server server, Client doctor, Guid patientId) => server.Database.ExecuteAsync(
        "INSERT INTO care.doctor_patients (id, doctor_id, patient_id, created_by, created_at) VALUES ($1, $2, $3, $2, now())",
        Guid.CreateVersion7(), doctor.UserId, patientId);

    public static Task TreatsNoMoreAsync(this Server server, Client doctor, Guid patientId) =>
        server.Database.ExecuteAsync("DELETE FROM care.doctor_patients WHERE doctor_id = $1 AND patient_id = $2", doctor.UserId, patientId);
}
