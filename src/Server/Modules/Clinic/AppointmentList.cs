using System.Globalization;
using System.Text;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Consilium.Modules.Clinic;

/// <summary>An appointment of a list, with why the caller may see it.</summary>
internal sealed record ListedAppointment(AppointmentResponse Appointment, string Grounds);

/// <summary>
/// The appointments that a caller may see, a page at a time. Each way in which one may see appointments is a branch of the statement with an index in
/// the order of the list, so that a page costs a page, however many appointments there are.
/// </summary>
internal sealed class AppointmentList(RequestTransaction transaction)
{
    /// <summary>Up to so many patients, each one's appointments are looked up; beyond, the newest appointments are gone through until the page is full.</summary>
    const int FewPatients = 1000;

    /// <summary>Exactly one of page and problem comes back.</summary>
    public async Task<(Page<ListedAppointment>? Page, ProblemHttpResult? Problem)> ReadAsync(
        AppointmentParties parties, AppointmentFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        Place? after = null;
        if (filter.Cursor is not null && !Cursor.TryRead(filter.Cursor, out after)) return (null, Problems.Invalid("cursor", "is not one of this list's cursors."));
        if (filter.Status is not null && AppointmentNames.ParseStatus(filter.Status) is null) return (null, Problems.Invalid("status", AppointmentRules.KnownStatuses));
        var (from, to) = (default(DateTimeOffset), default(DateTimeOffset));
        if (filter.From is not null && TimeText.QueryFault(filter.From, out from) is { } fromFault) return (null, Problems.Invalid("from", fromFault));
        if (filter.To is not null && TimeText.QueryFault(filter.To, out to) is { } toFault) return (null, Problems.Invalid("to", toFault));

        var limit = Limit.Or(filter.Limit);
        await using var batch = await transaction.BatchAsync(cancellationToken);
        var command = new NpgsqlBatchCommand();
        batch.BatchCommands.Add(command);
        var parameters = command.Parameters.By(caller).With(limit + 1);
        var narrow = new StringBuilder("a.deleted_at IS NULL");
        Narrow("a.doctor_id =", parties.DoctorId);
        Narrow("a.patient_id =", parties.PatientId);
        Narrow("a.hospital_id =", parties.HospitalId);
        Narrow<DateTimeOffset>("a.starts_at >=", filter.From is null ? null : from);
        Narrow<DateTimeOffset>("a.starts_at <", filter.To is null ? null : to);
        if (filter.Status is not null) narrow.Append(CultureInfo.InvariantCulture, $" AND a.status = ${parameters.With(filter.Status).Count}");
        if (after is not null)
        {
            parameters.With(after.StartsAt).With(after.Id);
            narrow.Append(CultureInfo.InvariantCulture, $" AND (a.starts_at, a.id) < (${parameters.Count - 1}, ${parameters.Count})");
        }
        command.CommandText = Statement(narrow.ToString(), parties, caller);

        var found = new List<ListedAppointment>(limit + 1);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found.Add(new(AppointmentResponse.Read(rows), rows.GetString(AppointmentResponse.ColumnCount)));
        return (Page.Of(found, limit, last => new Place(last.Appointment.TimeSlot, last.Appointment.Id)), null);

        void Narrow<T>(string condition, T? value) where T : struct
        {
            if (value is { } given) narrow.Append(CultureInfo.InvariantCulture, $" AND {condition} ${parameters.With(given).Count}");
        }
    }

    /// <summary>Whether the caller has to do with the doctor: is he, has him, or sees an appointment with him.</summary>
    public Task<bool> KnowsDoctorAsync(Guid id, Caller caller, CancellationToken cancellationToken) => KnowsAsync($"""
        EXISTS (SELECT 1 FROM {CareViews.Doctors} d WHERE d.id = $3 AND ($2 OR d.id = $1
            OR EXISTS (SELECT 1 FROM {CareViews.HospitalDoctors} hd WHERE hd.hospital_id = $1 AND hd.doctor_id = $3)))
        """, "a.doctor_id", id, caller, cancellationToken);

    /// <summary>Whether the caller may read the patient's data or sees an appointment of his.</summary>
    public Task<bool> KnowsPatientAsync(Guid id, Caller caller, CancellationToken cancellationToken) => KnowsAsync(
        $"EXISTS (SELECT 1 FROM {CareViews.Patients} p WHERE p.id = $3 AND {PatientRule.Allows("p.id")})", "a.patient_id", id, caller, cancellationToken);

    /// <summary>Whether the caller is the hospital, works there, or sees an appointment there.</summary>
    public Task<bool> KnowsHospitalAsync(Guid id, Caller caller, CancellationToken cancellationToken) => KnowsAsync($"""
        EXISTS (SELECT 1 FROM {CareViews.Hospitals} h WHERE h.id = $3 AND ($2 OR h.id = $1
            OR EXISTS (SELECT 1 FROM {CareViews.HospitalDoctors} hd WHERE hd.hospital_id = $3 AND hd.doctor_id = $1)))
        """, "a.hospital_id", id, caller, cancellationToken);

    async Task<bool> KnowsAsync(string ofHisOwn, string column, Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT {ofHisOwn} OR EXISTS (SELECT 1 FROM clinic.appointments a {AppointmentAccess.Join} WHERE {column} = $3 AND a.deleted_at IS NULL)
            """).By(caller).With(id);
        return (bool)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    // $1 and $2 of the rule, $3 how many rows; what follows is in the condition.
    static string Statement(string narrow, AppointmentParties parties, Caller caller)
    {
        const string Newest = "ORDER BY a.starts_at DESC, a.id DESC LIMIT $3";
        // Of one patient, or for those who may see all, the filters themselves have an index.
        if (parties.PatientId is not null || caller.Is(Role.Admin))
            return $"SELECT {AppointmentResponse.Columns}, access.grounds FROM clinic.appointments a {AppointmentAccess.Join} WHERE {narrow} {Newest}";

        var (own, grounds) = caller.Role switch
        {
            Role.Doctor => ("a.doctor_id = $1", AppointmentAccess.ItsDoctor),
            Role.Hospital => ("a.hospital_id = $1", AppointmentAccess.ItsHospital),
            _ => (null, null),
        };
        var ownBranch = own is null ? "" : $"(SELECT a.*, '{grounds}' AS grounds FROM clinic.appointments a WHERE {own} AND {narrow} {Newest}) UNION ALL";
        // One of the last two branches runs: the other's condition is false before it begins. IS TRUE keeps the set of patients a set to look into, read once.
        return $"""
            WITH mine AS MATERIALIZED (
                SELECT DISTINCT ON (patient_id) patient_id, grounds FROM {CareViews.Readers} WHERE reader_id = $1 LIMIT {FewPatients + 1}),
            found AS (
                {ownBranch}
                (SELECT a.*, mine.grounds FROM mine CROSS JOIN LATERAL (
                    SELECT a.* FROM clinic.appointments a WHERE a.patient_id = mine.patient_id AND {narrow} {Newest}) a
                 WHERE NOT $2 AND (SELECT count(*) FROM mine) <= {FewPatients} {Newest})
                UNION ALL
                (SELECT a.*, access.grounds FROM (
                    SELECT a.* FROM clinic.appointments a
                    WHERE {narrow} AND (SELECT count(*) FROM mine) > {FewPatients}
                      AND (a.patient_id IN (SELECT patient_id FROM {CareViews.Readers} WHERE reader_id = $1)) IS TRUE {Newest}) a
                 {PatientRule.Join("a.patient_id")}))
            SELECT {AppointmentResponse.Columns}, a.grounds FROM (
                SELECT DISTINCT ON (starts_at, id) * FROM found ORDER BY starts_at DESC, id DESC LIMIT $3) a
            ORDER BY a.starts_at DESC, a.id DESC
            """;
    }

    /// <summary>The place of the last appointment shown.</summary>
    sealed record Place(DateTimeOffset StartsAt, Guid Id);
}
