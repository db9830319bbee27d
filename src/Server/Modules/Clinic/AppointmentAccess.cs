using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Consilium.Modules.Clinic;

/// <summary>
/// Who may do what with an appointment, and the only way to load one for a caller. Its doctor, its hospital and whoever may read the patient's data see
/// it. The patient's side, its doctor and its hospital may change and cancel it; its doctor and its hospital alone say how it ended. Administrators
/// may all. To everybody else nothing is there.
/// </summary>
internal sealed class AppointmentAccess(RequestTransaction transaction, AccessLog log)
{
    /// <summary>Grounds that come before those of <see cref="Grounds"/>: they allow more.</summary>
    public const string ItsDoctor = "doctor of the appointment";
    public const string ItsHospital = "hospital of the appointment";

    /// <summary>
    /// Keeps the rows of <c>clinic.appointments a</c> that the caller may see, and says on what grounds: <c>access.grounds</c>. Parameters: $1 and $2 of
    /// <see cref="PatientRule.By"/>. For rows that are few by other conditions already.
    /// </summary>
    public const string Join = $"""
        CROSS JOIN LATERAL (
            SELECT '{Grounds.Admin}' AS grounds WHERE $2
            UNION ALL SELECT '{ItsDoctor}' WHERE a.doctor_id = $1
            UNION ALL SELECT '{ItsHospital}' WHERE a.hospital_id = $1
            UNION ALL SELECT reader.grounds FROM {CareViews.Readers} reader WHERE reader.patient_id = a.patient_id AND reader.reader_id = $1
            LIMIT 1) access
        """;

    /// <summary>Whether these grounds allow to change and to cancel.</summary>
    public static bool AllowChanges(string grounds) => AllowOutcomes(grounds) || Grounds.ArePatients(grounds);

    /// <summary>Whether these grounds allow to say how it ended, to take it back, and to override.</summary>
    public static bool AllowOutcomes(string grounds) => grounds is ItsDoctor or ItsHospital or Grounds.Admin;

    /// <summary>The appointment as it is now, logged as read. Null when there is none that the caller may see.</summary>
    public async Task<SeenAppointment?> ReadAsync(Guid id, Caller caller, string action, CancellationToken cancellationToken)
    {
        SeenAppointment? seen;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add($"""
                SELECT {AppointmentResponse.Columns}, access.grounds, a.sequence, d.name, h.name
                FROM clinic.appointments a {Join}
                LEFT JOIN {CareViews.Doctors} d ON d.id = a.doctor_id LEFT JOIN {CareViews.Hospitals} h ON h.id = a.hospital_id
                WHERE a.id = $3 AND a.deleted_at IS NULL
                """).By(caller).With(id);
            await using var row = await batch.ExecuteReaderAsync(cancellationToken);
            seen = await row.ReadAsync(cancellationToken) ? Read(row) : null;
        }
        if (seen is null) await RefuseAsync(id, caller, action, cancellationToken);
        else await log.ReadAsync(caller, seen.Appointment.PatientId, action, ResourceOf(id), seen.Grounds, cancellationToken);
        return seen;
    }

    /// <summary>Locks the appointment until the transaction ends.</summary>
    /// <param name="allowed">Which grounds allow what the caller is about to do.</param>
    /// <returns>The caller's grounds, or why he may not: that is logged as refused.</returns>
    public async Task<(string? Grounds, ProblemHttpResult? Problem)> LockAsync(
        Guid id, Caller caller, string action, Func<string, bool> allowed, CancellationToken cancellationToken)
    {
        string? grounds;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add($"SELECT access.grounds FROM clinic.appointments a {Join} WHERE a.id = $3 AND a.deleted_at IS NULL FOR UPDATE OF a").By(caller).With(id);
            grounds = (string?)await batch.ExecuteScalarAsync(cancellationToken);
        }
        if (grounds is not null && allowed(grounds)) return (grounds, null);
        await RefuseAsync(id, caller, action, cancellationToken);
        return (null, grounds is null ? Problems.NotFound() : Problems.Forbidden());
    }

    /// <summary>Writes down a change, in the transaction that makes it.</summary>
    public void Add(Appointment appointment, Caller caller, string action, string grounds) =>
        log.Add(caller, appointment.PatientId, action, ResourceOf(appointment.Id), grounds);

    /// <summary>Writes down that somebody was refused, with the patient whose appointment it is: administrators see it there.</summary>
    async Task RefuseAsync(Guid id, Caller caller, string action, CancellationToken cancellationToken)
    {
        Guid? patientId;
        await using (var batch = await transaction.BatchAsync(cancellationToken))
        {
            batch.Add("SELECT patient_id FROM clinic.appointments WHERE id = $1").With(id);
            patientId = (Guid?)await batch.ExecuteScalarAsync(cancellationToken);
        }
        await log.ReadAsync(caller, patientId, action, ResourceOf(id), grounds: null, cancellationToken);
    }

    public static string ResourceOf(Guid id) => $"appointment/{id}";

    static SeenAppointment Read(NpgsqlDataReader row)
    {
        const int next = AppointmentResponse.ColumnCount;
        return new(AppointmentResponse.Read(row), row.GetString(next), row.GetInt32(next + 1), row.NullableString(next + 2), row.NullableString(next + 3));
    }
}

/// <summary>An appointment with what its calendar file says besides.</summary>
internal sealed record SeenAppointment(AppointmentResponse Appointment, string Grounds, int Sequence, string? DoctorName, string? HospitalName);
