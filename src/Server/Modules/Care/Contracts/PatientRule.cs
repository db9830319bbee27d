using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Modules.Care.Contracts;

/// <summary>
/// Who may read a patient's data: the patient, a related user, a treating doctor, a hospital for its own, administrators. It is part of the
/// statement that reads or changes the data, so that to everybody else nothing is there. The statement's first two parameters are
/// <see cref="By"/>.
/// </summary>
internal static class PatientRule
{
    /// <summary>The roles that may ask for patients' data at all; others get 403.</summary>
    public static readonly Role[] Readers = [Role.Patient, Role.User, Role.Doctor, Role.Hospital, Role.Admin];

    /// <summary>The roles that may write into a record, when their grounds allow it.</summary>
    public static readonly Role[] Writers = [Role.Doctor, Role.Admin];

    /// <summary>The scope of programs that read patients' data: they reach what the account that they act as reaches.</summary>
    public const string Scope = "records:read";

    /// <summary>Adds $1, the caller's account, and $2, whether he is an administrator.</summary>
    public static NpgsqlParameterCollection By(this NpgsqlParameterCollection parameters, Caller caller) =>
        parameters.With(caller.UserId).With(caller.Is(Role.Admin));

    /// <summary>
    /// Keeps the rows of patients whom the caller may read, and says on what grounds: <c>access.grounds</c> (see <see cref="Grounds"/>), of several
    /// those that allow most. For rows that are few by other conditions already; a list of all that a caller may read begins at
    /// <see cref="CareViews.Readers"/> instead.
    /// </summary>
    /// <param name="patientId">The column: <c>r.patient_id</c>.</param>
    /// <param name="readerId">Another than the caller: a column too.</param>
    /// <param name="isAdmin">Whether the reader is an administrator.</param>
    public static string Join(string patientId, string readerId = "$1", string isAdmin = "$2") =>
        $"CROSS JOIN LATERAL ({BestGrounds(patientId, readerId, isAdmin)}) access";

    /// <summary>The grounds as a value; null where the caller may not read.</summary>
    public static string GroundsFor(string patientId) => $"({BestGrounds(patientId, "$1", "$2")})";

    /// <summary>The rule as a condition.</summary>
    public static string Allows(string patientId) =>
        $"($2 OR EXISTS (SELECT 1 FROM {CareViews.Readers} reader WHERE reader.patient_id = {patientId} AND reader.reader_id = $1))";

    /// <summary>With <see cref="Join"/>: all grounds allow to read.</summary>
    public const string MayRead = "true";

    /// <summary>With <see cref="Join"/>: the grounds allow to write case history and reports.</summary>
    public const string MayWrite = $"access.grounds IN ('{Grounds.Admin}', '{Grounds.Doctor}')";

    /// <summary>With <see cref="Join"/>: the grounds allow to add documents, as everybody's do but a hospital's.</summary>
    public const string MayAdd = $"access.grounds <> '{Grounds.Hospital}'";

    static string BestGrounds(string patientId, string readerId, string isAdmin) => $"""
        SELECT own.grounds FROM (
            SELECT '{Grounds.Admin}' AS grounds WHERE {isAdmin}
            UNION ALL SELECT reader.grounds FROM {CareViews.Readers} reader WHERE reader.patient_id = {patientId} AND reader.reader_id = {readerId}) own
        ORDER BY own.grounds IN ('{Grounds.Admin}', '{Grounds.Doctor}') DESC LIMIT 1
        """;
}

/// <summary>Why somebody may read a patient's data, in words that the patient sees.</summary>
internal static class Grounds
{
    public const string Own = "own record";
    public const string Doctor = "treating doctor";
    public const string Hospital = "hospital of the patient";
    public const string Admin = "administrator";

    /// <summary>Who the patient is, in the hospital's list, and nothing else.</summary>
    public const string Colleague = "doctor of the patient's hospital";

    /// <summary>Followed by the relation: <c>related: parent</c>.</summary>
    public const string Related = "related: ";

    /// <summary>The patient and who acts for them.</summary>
    public static bool ArePatients(string grounds) => grounds == Own || grounds.StartsWith(Related, StringComparison.Ordinal);
}
