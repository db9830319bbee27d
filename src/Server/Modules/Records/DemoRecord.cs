using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;
using Consilium.Platform.Validation;
using Npgsql;

namespace Consilium.Modules.Records;

/// <summary>At the start, in Development alone: a little record for the demo patient, unless there is one, or no such patient.</summary>
internal sealed class DemoRecord(NpgsqlDataSource database, IHostEnvironment environment, TimeProvider clock) : IStartupTask
{
    static readonly Guid HistoryId = new("00000000-0000-7000-8000-00000000d101");
    static readonly Guid ReportId = new("00000000-0000-7000-8000-00000000d102");

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!environment.IsDevelopment()) return;
        await using var command = database.CreateCommand($"""
            WITH patient AS (
                SELECT id FROM {CareViews.Patients} p WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM records.reports r WHERE r.patient_id = p.id)
            ), history AS (
                INSERT INTO records.case_histories (patient_id, id, version, created_at, updated_at) SELECT id, $3, 1, $5, $5 FROM patient
                ON CONFLICT (patient_id) DO NOTHING RETURNING patient_id
            ), version AS (
                INSERT INTO records.case_history_versions (patient_id, version, summary, written_by, written_at) SELECT patient_id, 1, $6, $2, $5 FROM history
            )
            INSERT INTO records.reports (id, patient_id, title, description, report_type, created_by, created_at, updated_at)
            SELECT $4, patient_id, $7, $8, $9, $2, $5, $5 FROM history
            """);
        command.Parameters.With(DemoAccounts.Patient.Id).With(DemoAccounts.Doctor.Id).With(HistoryId).With(ReportId).With(clock.UtcNow())
            .With("An invented history: an imaginary cold every winter, otherwise well. No operations.").With("Long-term ECG")
            .With("An invented report: 24 hours, regular rhythm, no pauses.").With(WireNames<ReportType>.Of(ReportType.LabTest));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
