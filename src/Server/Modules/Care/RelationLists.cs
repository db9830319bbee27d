using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Modules.Care;

/// <summary>Which page of a list that nothing narrows.</summary>
internal sealed record PageFilter([property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>
/// Who belongs to whom, by name. Hospitals and doctors are for everybody who is signed in; patients, and who treats them, for those who may read the
/// patient's data. A doctor of a hospital also sees there who its other patients are, and nothing else of them.
/// </summary>
internal sealed class RelationLists(RequestTransaction transaction, ProfileList list, PatientAccess patients, AccessLog access, TimeProvider clock)
{
    const string Hospital = "care.hospitals h WHERE h.id = $3 AND h.deleted_at IS NULL";
    const string Doctor = "care.doctors d WHERE d.id = $3";

    const string MaySeeHospital =
        "($2 OR h.id = $1 OR EXISTS (SELECT 1 FROM care.hospital_doctors staff WHERE staff.hospital_id = h.id AND staff.doctor_id = $1))";

    const string MaySeeDoctor =
        "($2 OR d.id = $1 OR EXISTS (SELECT 1 FROM care.hospital_doctors staff WHERE staff.doctor_id = d.id AND staff.hospital_id = $1))";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/api/v1/hospitals/{id:guid}/doctors", (Guid id, [AsParameters] PageFilter filter, Caller caller, RelationLists useCase, CancellationToken cancellationToken) =>
                useCase.DoctorsOfHospitalAsync(id, filter, caller, cancellationToken))
            .AllowScope(PatientRule.Scope)
            .WithTags("Hospitals").WithSummary("List a hospital's doctors")
            .WithParameter("id", "The hospital, by its id.").WithDescription("For everybody who is signed in, by name.");
        api.MapGet("/api/v1/hospitals/{id:guid}/patients", (Guid id, [AsParameters] PageFilter filter, Caller caller, RelationLists useCase, CancellationToken cancellationToken) =>
                useCase.PatientsOfHospitalAsync(id, filter, caller, cancellationToken))
            .RequireRoles(Role.Admin, Role.Hospital, Role.Doctor).AllowScope(PatientRule.Scope)
            .WithTags("Hospitals").WithSummary("List a hospital's patients")
            .WithParameter("id", "The hospital, by its id.")
            .WithDescription("For the hospital, its doctors and administrators, by name. Of those whom they do not treat, doctors see only id, name, dob and gender.");
        api.MapGet("/api/v1/doctors/{id:guid}/hospitals", (Guid id, [AsParameters] PageFilter filter, Caller caller, RelationLists useCase, CancellationToken cancellationToken) =>
                useCase.HospitalsOfDoctorAsync(id, filter, caller, cancellationToken))
            .AllowScope(PatientRule.Scope)
            .WithTags("Doctors").WithSummary("List a doctor's hospitals")
            .WithParameter("id", "The doctor, by their id.").WithDescription("For everybody who is signed in, by name.");
        api.MapGet("/api/v1/doctors/{id:guid}/patients", (Guid id, [AsParameters] PageFilter filter, Caller caller, RelationLists useCase, CancellationToken cancellationToken) =>
                useCase.PatientsOfDoctorAsync(id, filter, caller, cancellationToken))
            .RequireRoles(Role.Admin, Role.Hospital, Role.Doctor).AllowScope(PatientRule.Scope)
            .WithTags("Doctors").WithSummary("List a doctor's patients")
            .WithParameter("id", "The doctor, by their id.")
            .WithDescription("Whom the doctor treats, by name: for the doctor and administrators. A hospital sees of its doctors' patients those who are its own.");
        api.MapGet("/api/v1/patients/{id:guid}/doctors", (Guid id, [AsParameters] PageFilter filter, Caller caller, RelationLists useCase, CancellationToken cancellationToken) =>
                useCase.DoctorsOfPatientAsync(id, filter, caller, cancellationToken))
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithTags("Patients").WithSummary("List who treats a patient")
            .WithParameter("id", "The patient, by their id.").WithDescription("By name, for those who may read the patient's data.");
        api.MapGet("/api/v1/patients/{id:guid}/hospitals", (Guid id, [AsParameters] PageFilter filter, Caller caller, RelationLists useCase, CancellationToken cancellationToken) =>
                useCase.HospitalsOfPatientAsync(id, filter, caller, cancellationToken))
            .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope)
            .WithTags("Patients").WithSummary("List a patient's hospitals")
            .WithParameter("id", "The patient, by their id.").WithDescription("By name, for those who may read the patient's data.");
    }

    async Task<Results<Ok<Page<DoctorResponse>>, ProblemHttpResult>> DoctorsOfHospitalAsync(Guid id, PageFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        if (!await IsThereAsync(Hospital, id, caller, cancellationToken)) return Problems.NotFound();
        var query = Query($"SELECT {DoctorRows.Columns} FROM care.hospital_doctors m JOIN care.doctors d ON d.id = m.doctor_id", ProfileTable.Doctors, filter, caller)
            .Where(hospital => $"m.hospital_id = {hospital}", id);
        var (page, problem) = await list.ReadAsync(query, DoctorRows.Read, found => found.Id, cancellationToken);
        return page is null ? problem! : TypedResults.Ok(page);
    }

    async Task<Results<Ok<Page<HospitalResponse>>, ProblemHttpResult>> HospitalsOfDoctorAsync(Guid id, PageFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        if (!await IsThereAsync(Doctor, id, caller, cancellationToken)) return Problems.NotFound();
        var query = Query($"SELECT {HospitalRows.Columns} FROM care.hospital_doctors m JOIN care.hospitals h ON h.id = m.hospital_id", ProfileTable.Hospitals, filter, caller)
            .Where(doctor => $"m.doctor_id = {doctor} AND h.deleted_at IS NULL", id);
        var (page, problem) = await list.ReadAsync(query, HospitalRows.Read, found => found.Id, cancellationToken);
        return page is null ? problem! : TypedResults.Ok(page);
    }

    async Task<Results<Ok<Page<PatientResponse>>, ProblemHttpResult>> PatientsOfHospitalAsync(Guid id, PageFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        var isThere = await IsThereAsync($"{Hospital} AND {MaySeeHospital}", id, caller, cancellationToken);
        var query = Query($"""
            SELECT {PatientRows.Columns}, {PatientRule.GroundsFor("p.id")} FROM care.hospital_patients m
            JOIN care.hospitals h ON h.id = m.hospital_id JOIN care.patients p ON p.id = m.patient_id
            """, ProfileTable.Patients, filter, caller).Where(hospital => $"m.hospital_id = {hospital} AND {MaySeeHospital}", id);
        return await PatientsAsync(query, $"hospital/{id}", isThere, caller, cancellationToken);
    }

    async Task<Results<Ok<Page<PatientResponse>>, ProblemHttpResult>> PatientsOfDoctorAsync(Guid id, PageFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        var isThere = await IsThereAsync($"{Doctor} AND {MaySeeDoctor}", id, caller, cancellationToken);
        var query = Query($"""
            SELECT {PatientRows.Columns}, access.grounds FROM care.doctor_patients m
            JOIN care.doctors d ON d.id = m.doctor_id JOIN care.patients p ON p.id = m.patient_id {PatientRule.Join("p.id")}
            """, ProfileTable.Patients, filter, caller).Where(doctor => $"m.doctor_id = {doctor} AND {MaySeeDoctor}", id);
        return await PatientsAsync(query, $"doctor/{id}", isThere, caller, cancellationToken);
    }

    async Task<Results<Ok<Page<DoctorResponse>>, ProblemHttpResult>> DoctorsOfPatientAsync(Guid id, PageFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        if (!await patients.AllowsAsync(id, "care_team.read", caller, cancellationToken)) return Problems.NotFound();
        var query = Query($"SELECT {DoctorRows.Columns} FROM care.doctor_patients m JOIN care.doctors d ON d.id = m.doctor_id", ProfileTable.Doctors, filter, caller)
            .Where(patient => $"m.patient_id = {patient} AND {PatientRule.Allows("m.patient_id")}", id);
        var (page, problem) = await list.ReadAsync(query, DoctorRows.Read, found => found.Id, cancellationToken);
        return page is null ? problem! : TypedResults.Ok(page);
    }

    async Task<Results<Ok<Page<HospitalResponse>>, ProblemHttpResult>> HospitalsOfPatientAsync(Guid id, PageFilter filter, Caller caller, CancellationToken cancellationToken)
    {
        if (!await patients.AllowsAsync(id, "care_team.read", caller, cancellationToken)) return Problems.NotFound();
        var query = Query($"SELECT {HospitalRows.Columns} FROM care.hospital_patients m JOIN care.hospitals h ON h.id = m.hospital_id", ProfileTable.Hospitals, filter, caller)
            .Where(patient => $"m.patient_id = {patient} AND h.deleted_at IS NULL AND {PatientRule.Allows("m.patient_id")}", id);
        var (page, problem) = await list.ReadAsync(query, HospitalRows.Read, found => found.Id, cancellationToken);
        return page is null ? problem! : TypedResults.Ok(page);
    }

    async Task<Results<Ok<Page<PatientResponse>>, ProblemHttpResult>> PatientsAsync(
        ProfileQuery query, string whose, bool isThere, Caller caller, CancellationToken cancellationToken)
    {
        if (!isThere)
        {
            await access.ReadAsync(caller, patientId: null, "patient.list", whose, grounds: null, cancellationToken);
            return Problems.NotFound();
        }
        var (page, problem) = await list.ReadAsync(
            query, row => (Patient: PatientRows.Read(row, clock), Grounds: row.NullableString(PatientRows.Width)), found => found.Patient.Id, cancellationToken);
        if (page is null) return problem!;
        await access.ReadManyAsync(caller, "patient.list", page.Items.Select(one => new PatientShown(one.Patient.Id, one.Grounds ?? Grounds.Colleague)), cancellationToken);
        return TypedResults.Ok(new Page<PatientResponse>([.. page.Items.Select(one => one.Grounds is null ? one.Patient.InBrief() : one.Patient)], page.NextCursor));
    }

    static ProfileQuery Query(string select, ProfileTable of, PageFilter filter, Caller caller) =>
        new ProfileQuery(select, of, Q: null, filter.Limit, filter.Cursor).By(caller);

    async Task<bool> IsThereAsync(string what, Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"SELECT 1 FROM {what}").By(caller).With(id);
        return await batch.ExecuteScalarAsync(cancellationToken) is not null;
    }
}
