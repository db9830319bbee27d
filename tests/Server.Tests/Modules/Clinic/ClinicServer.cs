namespace Consilium.Tests.Modules.Clinic;

/// <summary>A server and a small practice: a hospital, one of its doctors, one of their patients. Tests share them, but make the doctor whose time they book themselves.</summary>
public class ClinicServer : Server
{
    public Client Doctor { get; private set; } = null!;
    public Client Patient { get; private set; } = null!;
    public Client Hospital { get; private set; } = null!;
    public Client Admin { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (Doctor, Patient, Hospital) = (await SignedInAsync("doctor"), await SignedInAsync("patient"), await SignedInAsync("hospital"));
        Admin = await SignInAsync("admin@example.com", "admin123");
        await MapAsync(Doctor.UserId, Patient.UserId, Hospital.UserId);
    }

    /// <summary>All of a practice to each other.</summary>
    public async Task MapAsync(Guid doctorId, Guid patientId, Guid hospitalId)
    {
        await MapAsync("hospital_doctors", "hospital_id", hospitalId, "doctor_id", doctorId);
        await MapAsync("hospital_patients", "hospital_id", hospitalId, "patient_id", patientId);
        await MapAsync("doctor_patients", "doctor_id", doctorId, "patient_id", patientId);
    }

    public Task MapAsync(string table, string one, Guid oneId, string other, Guid otherId) => Database.ExecuteAsync(
        $"INSERT INTO care.{table} (id, {one}, {other}, created_by, created_at) VALUES ($1, $2, $3, $2, now())", Guid.CreateVersion7(), oneId, otherId);

    public Task RelateAsync(Guid userId, Guid patientId, string relation = "parent") => Database.ExecuteAsync(
        "INSERT INTO care.user_patients (id, user_id, patient_id, relation, created_by, created_at) VALUES ($1, $2, $3, $4, $2, now())",
        Guid.CreateVersion7(), userId, patientId, relation);

    /// <summary>A doctor without an account, whose time is the test's own.</summary>
    public async Task<Guid> NewDoctorAsync(string? start = null, string? end = null, string zone = "UTC", string name = "A doctor")
    {
        var id = Guid.CreateVersion7();
        await Database.ExecuteAsync("""
            INSERT INTO care.doctors (id, name, shift_time_start, shift_time_end, time_zone, created_at, updated_at)
            VALUES ($1, $2, nullif($3, '')::time, nullif($4, '')::time, $5, now(), now())
            """, id, name, start ?? "", end ?? "", zone);
        return id;
    }

    /// <summary>A patient without an account of his own, looked after by somebody else.</summary>
    public async Task<Guid> NewPatientAsync()
    {
        var id = Guid.CreateVersion7();
        await Database.ExecuteAsync("INSERT INTO care.patients (id, user_id, name, created_at, updated_at) VALUES ($1, $1, 'A patient', now(), now())", id);
        return id;
    }

    /// <summary>What of this appointment is in the audit trail: role, action, outcome and grounds.</summary>
    internal Task<List<string>> TrailAsync(Guid appointmentId) => Database.ColumnAsync<string>("""
        SELECT actor_role || ' ' || action || ' ' || outcome || coalesce(': ' || reason, '') || CASE WHEN subject_id IS NULL THEN ' (nobody''s)' ELSE '' END
        FROM audit.entries WHERE resource = 'appointment/' || $1 ORDER BY id
        """, appointmentId.ToString());
}
