using Consilium.Platform.Seeding;

namespace Consilium.Modules.Records;

/// <summary>Invented records: every patient has a case history, every tenth one with an earlier version, and two reports.</summary>
internal sealed class SeedRecords : ISeeder
{
    const int ReportsEach = 2;
    const int WithEarlierVersion = 10;

    static readonly string[] Types = ["lab_test", "imaging", "prescription", "discharge_summary", "other"];

    public int Order => 3;

    public async Task RunAsync(SeedPlan plan, SeedWriter writer, CancellationToken cancellationToken)
    {
        var patients = Enumerable.Range(0, plan.Patients);
        await writer.CopyAsync("case histories", "records.case_histories (patient_id, id, version, created_at, updated_at)", plan.Patients,
            patients.Select(i => new object?[] { plan.Id("patient", i), plan.Id("history", i), Versions(i), plan.At(i, plan.Patients), plan.At(i, plan.Patients) }), cancellationToken);
        await writer.CopyAsync("their versions", "records.case_history_versions (patient_id, version, summary, written_by, written_at, is_current)",
            plan.Patients + plan.Patients / WithEarlierVersion,
            patients.SelectMany(i => Enumerable.Range(1, Versions(i)).Select(version => Version(plan, i, version))), cancellationToken);
        await writer.CopyAsync("reports", "records.reports (id, patient_id, title, description, report_type, created_by, created_at, updated_at)", plan.Patients * (long)ReportsEach,
            Enumerable.Range(0, plan.Patients * ReportsEach).Select(i => Report(plan, i)), cancellationToken);
    }

    static int Versions(int patient) => patient % WithEarlierVersion == 0 ? 2 : 1;

    static object?[] Version(SeedPlan plan, int patient, int version)
    {
        var dice = plan.DiceFor("version", patient * 2L + version);
        var current = version == Versions(patient);
        return [plan.Id("patient", patient), version, SeedWords.Text(ref dice, 60), plan.Id("doctor", patient % plan.Doctors), plan.At(patient, plan.Patients).AddDays(current ? 0 : -1), current];
    }

    static object?[] Report(SeedPlan plan, int i)
    {
        var (dice, at, patient) = (plan.DiceFor("report", i), plan.At(i, plan.Patients * (long)ReportsEach), i % plan.Patients);
        return [plan.Id("report", i), plan.Id("patient", patient), SeedWords.Text(ref dice, 3), SeedWords.Text(ref dice, 50), dice.Of(Types), plan.Id("doctor", patient % plan.Doctors), at, at];
    }
}
