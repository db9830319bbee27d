using System.Globalization;
using Consilium.Modules.Care.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Search;
using Npgsql;

namespace Consilium.Modules.Records;

/// <summary>
/// The statement that searches records. Matching a text with a word is what costs (some microseconds each), so the statement says which texts are matched
/// and does not leave it to a guess at how common the word is: <c>(… ~ word) IS TRUE</c> is a condition that no index serves, <c>… ~ (SELECT word)</c> one
/// that is begun with the trigram index.
/// </summary>
internal sealed class RecordSearchSql(SearchTerms terms, string? kind, Guid? patientId, RecordPlace? after, bool beginsAtPatients, bool isAdmin)
{
    /// <summary>So many of the newest texts of a kind are looked into first: common words are found there.</summary>
    const int Newest = 600;

    /// <summary>Of those that the caller may not read so many more are passed over.</summary>
    const int PassedOver = 3000;

    const string Columns = "kind, id, patient_id, page, at, grounds";
    const string Order = "ORDER BY at DESC, id DESC, page";

    /// <summary>The texts of each kind. A case history goes by its patient's id until it is shown.</summary>
    static readonly Dictionary<string, string> Sources = new(StringComparer.Ordinal)
    {
        ["history"] = """
            SELECT 'history' AS kind, v.patient_id AS id, v.patient_id, 0 AS page, v.written_at AS at, v.search_text FROM records.case_history_versions v WHERE v.is_current
            """,
        ["report"] = """
            SELECT 'report' AS kind, r.id, r.patient_id, 0 AS page, r.created_at AS at, r.search_text FROM records.reports r
            """,
        ["document"] = $"""
            SELECT 'document' AS kind, d.id, d.patient_id, p.page, d.created_at AS at, p.search_text
            FROM records.documents d JOIN {FileViews.Pages} p ON p.file_id = d.id
            """,
    };

    public static IReadOnlyCollection<string> Kinds => Sources.Keys;

    /// <summary>
    /// Whether to prepare the statement, which saves half of a search's time: so long is it. Each connection keeps what it has prepared, so only few
    /// statements are worth it: the first pages of one or two words. An administrator's is planned better with the words in view.
    /// </summary>
    public bool IsPrepared => !isAdmin && after is null && kind is null && terms.All.Count <= 2;

    /// <param name="parameters">Hold the caller's already.</param>
    public string Write(NpgsqlParameterCollection parameters, int count)
    {
        var (limit, words) = (Add(count), terms.All.Select(term => new Word(Add(term.Pattern), Add(term.OneOf))).ToList());
        var (beyond, documentsBeyond) = after is null ? ("true", "true") : Beyond(Add(after.At.ToUniversalTime()), Add(after.Key), Add(after.Page));
        var kinds = kind is null ? Kinds : [kind];
        return beginsAtPatients
            ? Shown(OfPatients(patientId is { } one ? OnePatient(Add(one)) : AllPatients, kinds, beyond, words, limit), words)
            : Shown(OfAll(kinds, beyond, documentsBeyond, words, limit), words);

        string Add<T>(T value)
        {
            parameters.With(value);
            return string.Create(CultureInfo.InvariantCulture, $"${parameters.Count}");
        }
    }

    const string AllPatients = $"SELECT DISTINCT ON (patient_id) patient_id, grounds FROM {CareViews.Readers} WHERE reader_id = $1";

    static string OnePatient(string id) => $"SELECT p.id AS patient_id, access.grounds FROM {CareViews.Patients} p {PatientRule.Join("p.id")} WHERE p.id = {id}";

    /// <summary>The newest texts of the patients first, matched one by one until there are enough.</summary>
    static string OfPatients(string patients, IEnumerable<string> kinds, string beyond, List<Word> words, string limit) => $"""
        mine AS MATERIALIZED ({patients}),
        found AS (
            SELECT {Columns} FROM (
                SELECT s.*, m.grounds FROM mine m CROSS JOIN LATERAL (
                    {string.Join(" UNION ALL ", kinds.Select(kind => $"SELECT * FROM ({Sources[kind]}) s WHERE s.patient_id = m.patient_id AND {beyond}"))} OFFSET 0) s
                {Order} OFFSET 0) s
            WHERE {Matched(words)} {Order} LIMIT {limit})
        """;

    /// <summary>The newest texts of all patients first; when that gives too few, those that the trigram index finds.</summary>
    string OfAll(IReadOnlyCollection<string> kinds, string beyond, string documentsBeyond, List<Word> words, string limit) => $"""
        {(isAdmin ? "" : $"mine AS MATERIALIZED ({AllPatients}),")}
        {string.Join(",\n", kinds.Select(kind => $"""
            newest_{kind} AS MATERIALIZED (
                SELECT {Columns} FROM ({(kind == "document" ? NewestPages(beyond, documentsBeyond) : NewestTexts(kind, beyond))}) s
                WHERE {Matched(words)} {Order} LIMIT {limit}),
            found_{kind} AS (
                SELECT * FROM newest_{kind} WHERE (SELECT count(*) FROM newest_{kind}) >= {limit}
                UNION ALL (
                    SELECT {Columns} FROM ({Sources[kind]}) s {Allowed}
                    WHERE (SELECT count(*) FROM newest_{kind}) < {limit} AND {beyond}{string.Concat(words.Select(word => $" AND s.search_text ~ (SELECT {word.Pattern})"))}
                    {Order} LIMIT {limit}))
            """))},
        found AS (SELECT * FROM ({string.Join(" UNION ALL ", kinds.Select(kind => $"SELECT * FROM found_{kind}"))}) f {Order} LIMIT {limit})
        """;

    string NewestTexts(string kind, string beyond) => $"""
        SELECT s.*, access.grounds FROM (SELECT * FROM ({Sources[kind]}) s WHERE {beyond} {Order} LIMIT {Newest + PassedOver}) s {Allowed} {Order} LIMIT {Newest}
        """;

    /// <summary>Of the documents that the caller may read one after the other: what a page costs is to find it.</summary>
    string NewestPages(string beyond, string documentsBeyond) => $"""
        SELECT s.* FROM (
            SELECT d.*, p.page, p.search_text FROM (
                SELECT s.*, access.grounds FROM (
                    SELECT 'document' AS kind, d.id, d.patient_id, d.created_at AS at FROM records.documents d WHERE {documentsBeyond}
                    ORDER BY at DESC, id DESC LIMIT {Newest + PassedOver}) s {Allowed} ORDER BY at DESC, id DESC LIMIT {Newest}) d
            CROSS JOIN LATERAL (SELECT p.page, p.search_text FROM {FileViews.Pages} p WHERE p.file_id = d.id OFFSET 0) p) s
        WHERE {beyond} {Order} LIMIT {Newest}
        """;

    /// <summary>The rule: whoever reads many patients reads the set of them once. Of all texts an administrator's needs no row.</summary>
    string Allowed => isAdmin ? $"CROSS JOIN (SELECT '{Grounds.Admin}' AS grounds WHERE $2) access" : "JOIN (SELECT patient_id AS reads, grounds FROM mine) access ON access.reads = s.patient_id";

    /// <summary>With the names and a piece of the text, which are looked up for what is shown alone. Where the folded text is of another length, the place is in proportion.</summary>
    static string Shown(string found, List<Word> words) => $"""
        WITH {found}
        SELECT f.kind, shown.id, f.patient_id, f.page, f.at, f.id, f.grounds, patient.name, shown.title,
            substr(shown.content, place.first, {Excerpt.Cut}), place.first > 1
        FROM found f JOIN {CareViews.Patients} patient ON patient.id = f.patient_id
        CROSS JOIN LATERAL (
            SELECT h.id, 'Case history' AS title, v.summary AS content, v.search_text AS folded
            FROM records.case_histories h JOIN records.case_history_versions v ON v.patient_id = h.patient_id AND v.version = h.version
            WHERE f.kind = 'history' AND h.patient_id = f.patient_id
            UNION ALL SELECT r.id, r.title, r.description, platform.search_form(r.description) FROM records.reports r WHERE f.kind = 'report' AND r.id = f.id
            UNION ALL SELECT p.file_id, p.file_name, p.content, p.search_text FROM {FileViews.Pages} p WHERE f.kind = 'document' AND p.file_id = f.id AND p.page = f.page) shown
        CROSS JOIN LATERAL (SELECT coalesce(least({string.Join(", ", words.Select(word => $"nullif(regexp_instr(shown.folded, {word.Pattern}), 0)"))}), 1) AS at) hit
        CROSS JOIN LATERAL (SELECT greatest(1, (hit.at::bigint * length(shown.content) / greatest(1, length(shown.folded)))::int - {Excerpt.Before}) AS first) place
        ORDER BY f.at DESC, f.id DESC, f.page
        """;

    static string Matched(List<Word> words) =>
        $"(true{string.Concat(words.Select(word => $" AND s.search_text LIKE ANY ({word.OneOf}) AND s.search_text ~ {word.Pattern}"))}) IS TRUE";

    /// <summary>What comes after the last hit, and the documents whose pages may.</summary>
    static (string Texts, string Documents) Beyond(string at, string id, string page) =>
        ($"s.at <= {at} AND (s.at < {at} OR s.id < {id} OR (s.id = {id} AND s.page > {page}))", $"(d.created_at, d.id) <= ({at}, {id})");

    /// <summary>A <see cref="SearchTerm"/> as parameters of the statement.</summary>
    sealed record Word(string Pattern, string OneOf);
}
