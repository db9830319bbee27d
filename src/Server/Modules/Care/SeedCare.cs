using System.Globalization;
using Consilium.Platform.Seeding;

namespace Consilium.Modules.Care;

/// <summary>
/// Invented profiles and who belongs to whom: every patient has a doctor and that doctor's hospital, every second one another doctor. The first doctor has one in twenty of all
/// patients besides, the first hospital one in five.
/// </summary>
internal sealed class SeedCare : ISeeder
{
    const int OfFirstDoctor = 20;
    const int OfFirstHospital = 5;
    const string Mapped = "created_by, created_at";

    static readonly string[] Genders = ["female", "male", "other"];
    static readonly string[] BloodGroups = ["A+", "A-", "B+", "B-", "AB+", "AB-", "0+", "0-"];

    public int Order => 2;

    public async Task RunAsync(SeedPlan plan, SeedWriter writer, CancellationToken cancellationToken)
    {
        await writer.CopyAsync("hospitals", "care.hospitals (id, name, city, country, specialities, created_at, updated_at)", plan.Hospitals,
            Enumerable.Range(0, plan.Hospitals).Select(i => Hospital(plan, i)), cancellationToken);
        await writer.CopyAsync("doctors", "care.doctors (id, name, designation, specialities, shift_time_start, shift_time_end, created_at, updated_at)", plan.Doctors,
            Enumerable.Range(0, plan.Doctors).Select(i => Doctor(plan, i)), cancellationToken);
        await writer.CopyAsync("patients", "care.patients (id, user_id, name, dob, gender, contact, blood_group, created_at, updated_at)", plan.Patients + plan.Dependants,
            Enumerable.Range(0, plan.Patients).Select(i => Patient(plan, i)).Concat(Enumerable.Range(0, plan.Dependants).Select(i => Dependant(plan, i))), cancellationToken);
        await writer.CopyAsync("doctors of hospitals", $"care.hospital_doctors (id, hospital_id, doctor_id, {Mapped})", plan.Doctors,
            Pairs(plan, "hospital_doctor", "hospital", "doctor", Enumerable.Range(0, plan.Doctors).SelectMany(doctor => HospitalsOf(plan, doctor).Select(hospital => (hospital, doctor)))),
            cancellationToken);
        await writer.CopyAsync("patients of doctors", $"care.doctor_patients (id, doctor_id, patient_id, {Mapped})", plan.Patients * 3L / 2,
            Pairs(plan, "doctor_patient", "doctor", "patient", Enumerable.Range(0, plan.Patients).SelectMany(patient => DoctorsOf(plan, patient).Select(doctor => (doctor, patient)))),
            cancellationToken);
        await writer.CopyAsync("patients of hospitals", $"care.hospital_patients (id, hospital_id, patient_id, {Mapped})", plan.Patients,
            Pairs(plan, "hospital_patient", "hospital", "patient", Enumerable.Range(0, plan.Patients).SelectMany(patient => HospitalsOfPatient(plan, patient).Select(hospital => (hospital, patient)))),
            cancellationToken);
        await writer.CopyAsync("relations", $"care.user_patients (id, user_id, patient_id, relation, {Mapped})", plan.Dependants,
            Enumerable.Range(0, plan.Dependants).Select(i => new object?[]
                { plan.Id("relation", i), plan.Id("patient", i), plan.Id("dependant", i), "child", plan.Id("patient", i), plan.At(i, plan.Dependants) }), cancellationToken);
    }

    static IEnumerable<int> HospitalsOf(SeedPlan plan, int doctor) =>
        (doctor % 3 == 0 ? (int[])[doctor % plan.Hospitals, (doctor + 1) % plan.Hospitals] : [doctor % plan.Hospitals]).Distinct();

    static IEnumerable<int> DoctorsOf(SeedPlan plan, int patient)
    {
        List<int> doctors = [patient % plan.Doctors];
        if (patient % 2 == 0) doctors.Add((int)((patient * 7L + 3) % plan.Doctors));
        if (patient % OfFirstDoctor == 0) doctors.Add(0);
        return doctors.Distinct();
    }

    static IEnumerable<int> HospitalsOfPatient(SeedPlan plan, int patient)
    {
        List<int> hospitals = [patient % plan.Doctors % plan.Hospitals];
        if (patient % OfFirstHospital == 0) hospitals.Add(0);
        return hospitals.Distinct();
    }

    static IEnumerable<object?[]> Pairs(SeedPlan plan, string kind, string first, string second, IEnumerable<(int First, int Second)> pairs) =>
        pairs.Select((pair, i) => new object?[] { plan.Id(kind, i), plan.Id(first, pair.First), plan.Id(second, pair.Second), plan.Id(first, pair.First), plan.At(pair.Second, int.MaxValue) });

    static object?[] Hospital(SeedPlan plan, int i)
    {
        var (dice, at) = (plan.DiceFor("hospital", i), plan.At(i, plan.Hospitals));
        return [plan.Id("hospital", i), plan.Name("hospital", i), dice.Of(SeedWords.Cities), "Nowhere", new[] { dice.Of(SeedWords.Specialities) }, at, at];
    }

    static object?[] Doctor(SeedPlan plan, int i)
    {
        var (dice, at) = (plan.DiceFor("doctor", i), plan.At(i, plan.Doctors));
        var speciality = dice.Of(SeedWords.Specialities);
        return [plan.Id("doctor", i), plan.Name("doctor", i), $"Consultant, {speciality}", new[] { speciality }, new TimeOnly(8, 0), new TimeOnly(16, 0), at, at];
    }

    static object?[] Patient(SeedPlan plan, int i)
    {
        var (dice, at) = (plan.DiceFor("patient", i), plan.At(i, plan.Patients));
        return [plan.Id("patient", i), plan.Id("patient", i), plan.Name("patient", i), new DateOnly(1930, 1, 1).AddDays(dice.Below(30_000)), dice.Of(Genders),
            string.Create(CultureInfo.InvariantCulture, $"+00 555 {i:0000000}"), dice.Of(BloodGroups), at, at];
    }

    static object?[] Dependant(SeedPlan plan, int i)
    {
        var (dice, at) = (plan.DiceFor("dependant", i), plan.At(i, plan.Dependants));
        return [plan.Id("dependant", i), plan.Id("patient", i), $"Child of {plan.Name("patient", i)}", new DateOnly(2012, 1, 1).AddDays(dice.Below(4000)), dice.Of(Genders),
            null, dice.Of(BloodGroups), at, at];
    }
}
