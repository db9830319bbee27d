using System.Globalization;
using System.Text;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Consilium.Modules.Clinic;

/// <summary>That an appointment is near.</summary>
/// <param name="Id">The id of the reminder, by which it is marked as read.</param>
/// <param name="AppointmentId">The appointment that is near.</param>
/// <param name="PatientId">Its patient.</param>
/// <param name="DoctorId">Its doctor.</param>
/// <param name="TimeSlot">When the appointment begins now.</param>
/// <param name="Status">What has become of it.</param>
/// <param name="At">When it was due.</param>
/// <param name="ReadAt">When it was marked as read; null before.</param>
internal sealed record ReminderResponse(
    Guid Id, Guid AppointmentId, Guid PatientId, Guid DoctorId, DateTimeOffset TimeSlot, AppointmentStatus Status, DateTimeOffset At, DateTimeOffset? ReadAt);

/// <summary>Which reminders.</summary>
/// <param name="Unread">Only those that have not been marked as read.</param>
internal sealed record ReminderFilter(
    [property: FromQuery(Name = "unread")] bool? Unread, [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>One's own reminders, of appointments that one may still see.</summary>
internal static class ListReminders
{
    public static void Map(RouteGroupBuilder appointments)
    {
        appointments.MapGet("/reminders", HandleAsync)
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithName("ListReminders")
            .WithSummary("List one's reminders")
            .WithDescription("Newest first; `unread=true` leaves out what has been marked as read.");
        appointments.MapPut("/reminders/{id:guid}/read", ReadAsync)
            .RequireRoles(PatientRule.Readers)
            .WithName("ReadReminder")
            .WithSummary("Mark a reminder as read")
            .WithParameter("id", "The reminder, by its id.");
    }

    static async Task<Results<Ok<Page<ReminderResponse>>, ProblemHttpResult>> HandleAsync(
        [AsParameters] ReminderFilter filter, Caller caller, RequestTransaction transaction, AccessLog log, CancellationToken cancellationToken)
    {
        Place? after = null;
        if (filter.Cursor is not null && !Cursor.TryRead(filter.Cursor, out after)) return Problems.Invalid("cursor", "is not one of this list's cursors.");
        var limit = Limit.Or(filter.Limit);
        await using var batch = await transaction.BatchAsync(cancellationToken);
        var command = new NpgsqlBatchCommand();
        batch.BatchCommands.Add(command);
        var parameters = command.Parameters.By(caller).With(limit + 1);
        var sql = new StringBuilder($"""
            SELECT r.id, a.id, a.patient_id, a.doctor_id, a.starts_at, a.status, r.at, r.read_at, access.grounds
            FROM clinic.reminders r JOIN clinic.appointments a ON a.id = r.appointment_id {AppointmentAccess.Join}
            WHERE r.recipient_id = $1 AND a.deleted_at IS NULL
            """);
        if (filter.Unread == true) sql.Append(" AND r.read_at IS NULL");
        if (after is not null)
        {
            parameters.With(after.At).With(after.Id);
            sql.Append(CultureInfo.InvariantCulture, $" AND (r.at, r.id) < (${parameters.Count - 1}, ${parameters.Count})");
        }
        command.CommandText = sql.Append(" ORDER BY r.at DESC, r.id DESC LIMIT $3").ToString();

        var found = new List<(ReminderResponse Reminder, string Grounds)>();
        await using (var rows = await batch.ExecuteReaderAsync(cancellationToken))
            while (await rows.ReadAsync(cancellationToken)) found.Add((Read(rows), rows.GetString(8)));
        var page = Page.Of(found, limit, last => new Place(last.Reminder.At, last.Reminder.Id));
        await log.ReadManyAsync(caller, "reminder.list", page.Items.Select(one => new PatientShown(one.Reminder.PatientId, one.Grounds)), cancellationToken);
        return TypedResults.Ok(new Page<ReminderResponse>([.. page.Items.Select(one => one.Reminder)], page.NextCursor));
    }

    static async Task<Results<NoContent, ProblemHttpResult>> ReadAsync(
        Guid id, Caller caller, RequestTransaction transaction, AccessLog log, TimeProvider clock, CancellationToken cancellationToken)
    {
        var marked = await transaction.ExecuteAsync("UPDATE clinic.reminders SET read_at = coalesce(read_at, $3) WHERE id = $2 AND recipient_id = $1",
            parameters => parameters.With(caller.UserId).With(id).With(clock.UtcNow()), cancellationToken);
        if (marked == 1) return TypedResults.NoContent();
        await log.ReadAsync(caller, patientId: null, "reminder.read", $"reminder/{id}", grounds: null, cancellationToken);
        return Problems.NotFound();
    }

    static ReminderResponse Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetGuid(3), row.GetFieldValue<DateTimeOffset>(4), AppointmentNames.ParseStatus(row.GetString(5))!.Value,
        row.GetFieldValue<DateTimeOffset>(6), row.Nullable<DateTimeOffset>(7));

    /// <summary>The place of the last reminder shown.</summary>
    sealed record Place(DateTimeOffset At, Guid Id);
}
