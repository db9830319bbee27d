using System.Security.Cryptography;
using System.Text;

namespace Consilium.Tests.Modules.Records;

/// <summary>Records as rows, with the times and texts that a test wants.</summary>
internal static class RecordRows
{
    public static async Task<Guid> ReportAsync(this Server server, Guid patientId, string title, string description, DateTimeOffset? at = null)
    {
        var id = Guid.CreateVersion7();
        await server.Database.ExecuteAsync("""
            INSERT INTO records.reports (id, patient_id, title, description, report_type, created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, 'other', $2, $5, $5)
            """, id, patientId, title, description, (at ?? DateTimeOffset.UtcNow).ToUniversalTime());
        return id;
    }

    /// <summary>Writes the history of the patient once more.</summary>
    public static async Task HistoryAsync(this Server server, Guid patientId, string summary)
    {
        await server.Database.ExecuteAsync("""
            INSERT INTO records.case_histories (patient_id, id, version, created_at, updated_at) VALUES ($1, gen_random_uuid(), 1, now(), now())
            ON CONFLICT (patient_id) DO UPDATE SET version = case_histories.version + 1
            """, patientId);
        await server.Database.ExecuteAsync("UPDATE records.case_history_versions SET is_current = false WHERE patient_id = $1", patientId);
        await server.Database.ExecuteAsync("""
            INSERT INTO records.case_history_versions (patient_id, version, summary, written_by, written_at)
            SELECT patient_id, version, $2, patient_id, now() FROM records.case_histories WHERE patient_id = $1
            """, patientId, summary);
    }

    /// <summary>A document with these pages, as it is once it has been scanned and read.</summary>
    public static async Task<Guid> DocumentAsync(this Server server, Guid patientId, string fileName, string[] pages, string scan = "clean")
    {
        var id = Guid.CreateVersion7();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{id}")));
        await server.Database.ExecuteAsync("""
            INSERT INTO files.blobs (sha256, size, media_type, scan, decoding, page_count, created_at) VALUES ($1, 10, 'application/pdf', $2, 'done', $3, now())
            """, sha256, scan, pages.Length);
        await server.Database.ExecuteAsync("INSERT INTO files.pages (sha256, page, content) SELECT $1, ord, content FROM unnest($2) WITH ORDINALITY AS p(content, ord)", sha256, pages);
        await server.Database.ExecuteAsync("""
            INSERT INTO files.files (id, owner_id, place_kind, place_id, item_id, file_name, media_type, size, sha256, created_at, attached_at)
            VALUES ($1, $2, 'record', $2, $1, $3, 'application/pdf', 10, $4, now(), now())
            """, id, patientId, fileName, sha256);
        await server.Database.ExecuteAsync("INSERT INTO records.documents (id, patient_id, uploaded_by, created_at) VALUES ($1, $2, $2, now())", id, patientId);
        return id;
    }

    public static Task MapDoctorAsync(this Server server, Guid doctorId, params Guid[] patients) => server.Database.ExecuteAsync("""
        INSERT INTO care.doctor_patients (id, doctor_id, patient_id, created_by, created_at) SELECT gen_random_uuid(), $1, patient, $1, now() FROM unnest($2) patient
        """, doctorId, patients);

    public static Task UnmapDoctorAsync(this Server server, Guid doctorId) => server.Database.ExecuteAsync("DELETE FROM care.doctor_patients WHERE doctor_id = $1", doctorId);

    public static Task MapHospitalAsync(this Server server, Guid hospitalId, params Guid[] patients) => server.Database.ExecuteAsync("""
        INSERT INTO care.hospital_patients (id, hospital_id, patient_id, created_by, created_at) SELECT gen_random_uuid(), $1, patient, $1, now() FROM unnest($2) patient
        """, hospitalId, patients);

    public static Task RelateAsync(this Server server, Guid userId, Guid patientId) => server.Database.ExecuteAsync("""
        INSERT INTO care.user_patients (id, user_id, patient_id, relation, created_by, created_at) VALUES (gen_random_uuid(), $1, $2, 'parent', $1, now())
        """, userId, patientId);

    /// <summary>Patients without accounts.</summary>
    public static Task<List<Guid>> PatientsAsync(this Server server, int count) => server.Database.ColumnAsync<Guid>("""
        WITH made AS (
            INSERT INTO care.patients (id, user_id, name, created_at, updated_at)
            SELECT gen_random_uuid(), gen_random_uuid(), 'Patient ' || i, now(), now() FROM generate_series(1, $1) i RETURNING id)
        SELECT id FROM made
        """, count);

    /// <summary>What the audit trail says about the patient, oldest first.</summary>
    public static Task<List<string>> LogAsync(this Server server, Guid patientId, Guid actorId) => server.Database.ColumnAsync<string>("""
        SELECT concat_ws(' | ', action, outcome, reason) FROM audit.entries WHERE subject_id = $1 AND actor_id = $2 ORDER BY id
        """, patientId, actorId);

    /// <summary>A program that reads records as this account.</summary>
    public static async Task<(Client Program, Guid KeyId)> ReaderKeyAsync(this Server server, Client admin, Guid accountId)
    {
        var made = await (await admin.PostJsonAsync("/api/v1/api-keys", new { name = "Reader", scopes = new[] { "records:read" }, account_id = accountId })).ShouldAnswerAsync(201);
        return (Client.WithKey(server.Address, made.Text("key")!), made.Id());
    }
}
