using System.Text.Json.Serialization;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Npgsql;

namespace Consilium.Modules.Care;

/// <summary>That two belong together. It has the two ids of its kind, and of a user and a patient what the one is to the other.</summary>
/// <param name="Id">The id of the mapping, by which it is removed.</param>
/// <param name="HospitalId">The hospital; absent in mappings without one.</param>
/// <param name="DoctorId">The doctor; absent in mappings without one.</param>
/// <param name="UserId">The account that acts for the patient; absent in mappings without one.</param>
/// <param name="PatientId">The patient; absent in mappings without one.</param>
/// <param name="Relation">What the account's owner is to the patient; only in mappings of a user and a patient.</param>
/// <param name="CreatedAt">When the two were mapped.</param>
internal sealed record MappingResponse(
    Guid Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? HospitalId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? DoctorId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? UserId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? PatientId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Relation? Relation,
    DateTimeOffset CreatedAt);

/// <summary>
/// The four kinds of mappings. Administrators work all of them; a hospital those of its own doctors and patients. Its statements begin with the
/// parameters of <see cref="PatientRule.By"/>.
/// </summary>
internal sealed record MappingKind(string Table, MappingSide First, MappingSide Second, bool HasRelation = false)
{
    public static readonly MappingKind HospitalDoctor = new("care.hospital_doctors", MappingSide.Hospital, MappingSide.AnyDoctor);
    public static readonly MappingKind HospitalPatient = new("care.hospital_patients", MappingSide.Hospital, MappingSide.AnyPatient);
    public static readonly MappingKind DoctorPatient = new("care.doctor_patients", MappingSide.OwnDoctor, MappingSide.OwnPatient);
    public static readonly MappingKind UserPatient = new("care.user_patients", MappingSide.User, MappingSide.OwnPatient, HasRelation: true);
    public static readonly IReadOnlyList<MappingKind> All = [HospitalDoctor, HospitalPatient, DoctorPatient, UserPatient];

    /// <summary>The roles that may use mappings at all; others get 403.</summary>
    public static readonly Role[] Roles = [Role.Admin, Role.Hospital];

    /// <summary><c>/api/v1/mappings/hospital-doctor</c></summary>
    public string Path => $"/api/v1/mappings/{First.Name}-{Second.Name}";

    /// <summary><c>hospital and doctor</c></summary>
    public string Words => $"{First.Name} and {Second.Name}";

    /// <summary>Whether the caller may see and remove the mapping <c>m</c>.</summary>
    public string Allows => $"($2 OR ({First.OfHospital($"m.{First.Column}")} AND {Second.OfHospital($"m.{Second.Column}")}))";

    /// <summary>What <see cref="Read"/> reads, of the mapping <c>m</c>.</summary>
    public string Columns => $"m.id, m.{First.Column}, m.{Second.Column}, m.created_at{(HasRelation ? ", m.relation" : "")}";

    public MappingResponse Read(NpgsqlDataReader row) => Of(
        row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), HasRelation ? Enum.Parse<Relation>(row.GetString(4), ignoreCase: true) : null, row.GetFieldValue<DateTimeOffset>(3));

    public MappingResponse Of(Guid id, Guid first, Guid second, Relation? relation, DateTimeOffset createdAt)
    {
        return new(id, IdOf("hospital"), IdOf("doctor"), IdOf("user"), IdOf("patient"), relation, createdAt);

        Guid? IdOf(string name) => First.Name == name ? first : Second.Name == name ? second : null;
    }

    /// <summary>Why somebody of <see cref="Roles"/> works a mapping.</summary>
    public static string GroundsOf(Caller caller) => caller.Is(Role.Admin) ? Grounds.Admin : Grounds.Hospital;
}

/// <summary>One of the two that a mapping connects.</summary>
/// <param name="Name">Singular.</param>
/// <param name="Source">The rows that may be mapped, as <c>one</c>.</param>
/// <param name="OfHospital">Whether the hospital $1 may map the one with this id, and works its mappings.</param>
internal sealed record MappingSide(string Name, string Source, Func<string, string> OfHospital)
{
    public static readonly MappingSide Hospital = new("hospital", "care.hospitals one WHERE one.deleted_at IS NULL", id => $"{id} = $1");
    public static readonly MappingSide AnyDoctor = new("doctor", "care.doctors one WHERE true", _ => "true");
    public static readonly MappingSide AnyPatient = new("patient", "care.patients one WHERE true", _ => "true");
    public static readonly MappingSide User = new("user", "accounts.access_users one WHERE one.is_active AND one.role IN ('user', 'patient', 'assistant')", _ => "true");

    public static readonly MappingSide OwnDoctor = new("doctor", AnyDoctor.Source,
        id => $"EXISTS (SELECT 1 FROM care.hospital_doctors own WHERE own.hospital_id = $1 AND own.doctor_id = {id})");

    public static readonly MappingSide OwnPatient = new("patient", AnyPatient.Source,
        id => $"EXISTS (SELECT 1 FROM care.hospital_patients own WHERE own.hospital_id = $1 AND own.patient_id = {id})");

    public string Column => $"{Name}_id";

    /// <summary>
    /// The id, when it is there for the caller. The row is kept from changing until the mapping has been committed: a hospital that is being
    /// deleted gets none.
    /// </summary>
    /// <param name="id">The parameter.</param>
    public string Find(string id) => $"SELECT one.id FROM {Source} AND one.id = {id} AND ($2 OR {OfHospital("one.id")}) FOR SHARE";
}
