using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Consilium.Platform.Json;

namespace Consilium.Modules.Clinic;

/// <summary>Queues the reminders of an appointment in the transaction that gives it its time: one job for each lead that is still to come.</summary>
internal sealed class Reminders(Jobs jobs, ReminderSettings settings, TimeProvider clock)
{
    public async Task QueueAsync(Appointment appointment, CancellationToken cancellationToken)
    {
        var now = clock.UtcNow();
        foreach (var lead in settings.Leads)
            if (appointment.StartsAt - lead is var due && due > now)
                await jobs.QueueAsync(
                    Remind.JobKind, JobId(appointment, lead), new Remind.Payload(appointment.Id, appointment.Sequence, due), due, cancellationToken);
    }

    static Guid JobId(Appointment appointment, TimeSpan lead)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Remind.JobKind} {appointment.Id} {appointment.Sequence} {lead.Ticks}");
        return new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
    }
}

/// <summary>
/// Reminds the patient's side and the doctor of an appointment. Nothing happens when it has been moved, has ended or was taken back since: each of these
/// gives it another sequence, which is looked at under its lock.
/// </summary>
internal sealed class Remind(RequestTransaction transaction, PatientChanges changes) : IJobHandler
{
    public const string JobKind = "clinic.remind";

    public string Kind => JobKind;

    public Task RunAsync(Guid id, JsonElement payload, CancellationToken cancellationToken)
    {
        var of = payload.Deserialize<Payload>()!;
        return transaction.RunAsync(async () =>
        {
            if (await LockAsync(of, cancellationToken) is not { } patientId) return;
            var recipients = await RecipientsAsync(of, cancellationToken);
            var written = await transaction.ExecuteAsync("""
                INSERT INTO clinic.reminders (id, appointment_id, recipient_id, patient_id, at)
                SELECT reminder.id, $1, reminder.recipient_id, $2, $3 FROM unnest($4, $5) reminder (id, recipient_id)
                ON CONFLICT (appointment_id, recipient_id, at) DO NOTHING
                """, parameters => parameters.With(of.AppointmentId).With(patientId).With(of.At)
                    .With(recipients.Select(_ => Guid.CreateVersion7()).ToArray()).With(recipients), cancellationToken);
            if (written > 0) changes.Announce(patientId, PatientChange.Reminder);
        }, cancellationToken);
    }

    /// <summary>The patient; null when there is nothing to remind of any more.</summary>
    async Task<Guid?> LockAsync(Payload of, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT patient_id FROM clinic.appointments WHERE id = $1 AND sequence = $2 FOR UPDATE").With(of.AppointmentId).With(of.Sequence);
        return (Guid?)await batch.ExecuteScalarAsync(cancellationToken);
    }

    async Task<Guid[]> RecipientsAsync(Payload of, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT u.id FROM clinic.appointments a CROSS JOIN LATERAL (
                SELECT a.doctor_id AS id
                UNION SELECT reader.reader_id FROM {CareViews.Readers} reader
                WHERE reader.patient_id = a.patient_id AND (reader.grounds = '{Grounds.Own}' OR reader.grounds LIKE '{Grounds.Related}%')) concerned
            JOIN accounts.access_users u ON u.id = concerned.id AND u.is_active
            WHERE a.id = $1
            """).With(of.AppointmentId);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var recipients = new List<Guid>();
        while (await rows.ReadAsync(cancellationToken)) recipients.Add(rows.GetGuid(0));
        return [.. recipients];
    }

    internal sealed record Payload(Guid AppointmentId, int Sequence, DateTimeOffset At);
}
