using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Modules.Care;

/// <summary>
/// At the start, in Development alone: the profiles of the demo hospital, doctor and patient, mapped to each other. Only a profile that is missing
/// brings anything, so that what somebody changed or took away stays so.
/// </summary>
internal sealed class DemoProfiles(IServiceScopeFactory scopes, StartLocks locks, IHostEnvironment environment, TimeProvider clock) : IStartupTask
{
    static readonly Guid HospitalId = DemoAccounts.Hospital.Id;
    static readonly Guid DoctorId = DemoAccounts.Doctor.Id;
    static readonly Guid PatientId = DemoAccounts.Patient.Id;

    static readonly UpdateHospitalRequest DemoHospital = new()
    {
        Name = DemoAccounts.Hospital.Name, Address = "1 Example Street", City = "Sampletown", State = "Sample State", Country = "Nowhere", PinCode = "00000",
        Contact = "+00 0000 0001", Email = DemoAccounts.Hospital.Email, Specialities = ["Cardiology", "General medicine"], Website = "https://hospital.example.com",
    };

    static readonly UpdateDoctorRequest DemoDoctor = new()
    {
        Name = DemoAccounts.Doctor.Name, Designation = "Cardiologist", Experience = "10 years", Details = "An invented doctor, for trying things out.",
        Contact = "+00 0000 0002", Specialities = ["Cardiology"], ShiftTimeStart = "09:00", ShiftTimeEnd = "17:00", TimeZone = "Europe/Berlin",
    };

    static readonly UpdatePatientRequest DemoPatient = new()
    {
        Name = DemoAccounts.Patient.Name, Dob = new(1990, 1, 1), Gender = "other", Contact = "+00 0000 0003", BloodGroup = "0+", Height = 170, Weight = 70,
        Allergies = ["Invented pollen"], Medications = ["Placebo 5 mg"], Conditions = ["Imaginary cold"], EmergencyContactName = "Demo User",
        EmergencyContactNumber = "+00 0000 0004", Address = "2 Example Street, Sampletown",
    };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!environment.IsDevelopment()) return;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ConsiliumDb>();
        if ((await MissingAsync(db, cancellationToken)).Count == 0) return;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await locks.LockTableAsync(db, "care.hospitals", cancellationToken);
        await AddAsync(db, await MissingAsync(db, cancellationToken), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The demo accounts that have no profile.</summary>
    static Task<List<Guid>> MissingAsync(ConsiliumDb db, CancellationToken cancellationToken) => db.Database.SqlQuery<Guid>($"""
        SELECT id FROM accounts.access_users u
        WHERE (id = {HospitalId} AND NOT EXISTS (SELECT 1 FROM care.hospitals profile WHERE profile.id = u.id))
            OR (id = {DoctorId} AND NOT EXISTS (SELECT 1 FROM care.doctors profile WHERE profile.id = u.id))
            OR (id = {PatientId} AND NOT EXISTS (SELECT 1 FROM care.patients profile WHERE profile.id = u.id))
        """).ToListAsync(cancellationToken);

    async Task AddAsync(ConsiliumDb db, List<Guid> missing, CancellationToken cancellationToken)
    {
        var (hospital, doctor, patient) = (missing.Contains(HospitalId), missing.Contains(DoctorId), missing.Contains(PatientId));
        var now = clock.UtcNow();
        if (hospital) db.Add(Hospital.Create(HospitalId, DemoHospital, now));
        if (doctor) db.Add(Doctor.Create(DoctorId, DemoDoctor, now));
        if (patient) db.Add(Patient.Create(PatientId, PatientId, DemoPatient, now));
        await db.SaveChangesAsync(cancellationToken);
        var by = DemoAccounts.Admin.Id;
        if (hospital || doctor)
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO care.hospital_doctors (id, hospital_id, doctor_id, created_by, created_at)
                SELECT {Guid.CreateVersion7(now)}, h.id, d.id, {by}, {now} FROM care.hospitals h, care.doctors d
                WHERE h.id = {HospitalId} AND h.deleted_at IS NULL AND d.id = {DoctorId}
                ON CONFLICT DO NOTHING
                """, cancellationToken);
        if (hospital || patient)
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO care.hospital_patients (id, hospital_id, patient_id, created_by, created_at)
                SELECT {Guid.CreateVersion7(now)}, h.id, p.id, {by}, {now} FROM care.hospitals h, care.patients p
                WHERE h.id = {HospitalId} AND h.deleted_at IS NULL AND p.id = {PatientId}
                ON CONFLICT DO NOTHING
                """, cancellationToken);
        if (doctor || patient)
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO care.doctor_patients (id, doctor_id, patient_id, created_by, created_at)
                SELECT {Guid.CreateVersion7(now)}, d.id, p.id, {by}, {now} FROM care.doctors d, care.patients p
                WHERE d.id = {DoctorId} AND p.id = {PatientId}
                ON CONFLICT DO NOTHING
                """, cancellationToken);
    }
}
