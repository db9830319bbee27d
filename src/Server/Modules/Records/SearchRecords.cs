using System.ComponentModel.DataAnnotations;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Consilium.Platform.Search;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using NpgsqlTypes;

namespace Consilium.Modules.Records;

/// <summary>What to search for, and where.</summary>
/// <param name="Q">The words to search for.</param>
/// <param name="PatientId">Search only the record of this patient.</param>
/// <param name="Kind">Search only case histories, only reports, or only documents.</param>
internal sealed record RecordQuery(
    [property: FromQuery(Name = "q"), Required, MaxLength(SearchRecords.MaxQuery)] string? Q,
    [property: FromQuery(Name = "patient_id")] Guid? PatientId, [property: FromQuery(Name = "kind"), OneOf(typeof(RecordKind))] string? Kind,
    [property: FromQuery(Name = "limit")] Limit? Limit, [property: FromQuery(Name = "cursor")] string? Cursor);

/// <summary>Where in a record something can be found.</summary>
internal enum RecordKind { History, Report, Document }

/// <summary>A place in a record where every word occurs.</summary>
/// <param name="Kind">Where the words were found.</param>
/// <param name="Id">Of the case history, the report or the document.</param>
/// <param name="PatientId">The patient whose record it is.</param>
/// <param name="PatientName">The patient's name.</param>
/// <param name="Title">Of a document, its file's name.</param>
/// <param name="Page">Of a document, counted from 1.</param>
/// <param name="Excerpt">At most 200 characters of plain text around the first hit.</param>
/// <param name="At">When the history was written, the report made, the document uploaded.</param>
internal sealed record RecordHit(
    RecordKind Kind, Guid Id, Guid PatientId, string PatientName, string Title, int? Page, string Excerpt, DateTimeOffset At);

/// <summary>Searches case histories, reports and the text of documents: whoever may read patients' data, in what they may read. Newest first.</summary>
internal sealed class SearchRecords(NpgsqlDataSource database, RequestTransaction transaction, AccessLog log)
{
    public const int MaxQuery = 200;
    const string Action = "record.search";

    /// <summary>Beginning at one's patients is quicker up to about so many; beyond, at the texts.</summary>
    const int MaxOwnPatients = 1000;

    public static void Map(RouteGroupBuilder api) => api.MapGet("/api/v1/records/search",
            ([AsParameters] RecordQuery query, Caller caller, SearchRecords useCase, CancellationToken cancellationToken) =>
                useCase.HandleAsync(query, caller, cancellationToken))
        .WithTags("Records")
        .RequireRoles(PatientRule.Readers)
        .AllowScope(PatientRule.Scope)
        .WithSummary("Search the records of all patients whom you may read")
        .WithDescription("""
            Finds case histories as they are now, reports, and pages of documents in which every word of `q` occurs: whole, as the beginning or inside of
            a word, without regard to case, accents and punctuation, with one mistake forgiven in words of five letters and more. Words in quotes are a
            phrase, which must occur as it is. Newest first; each page of a document is a hit of its own.
            """);

    async Task<Results<Ok<Page<RecordHit>>, ProblemHttpResult>> HandleAsync(RecordQuery query, Caller caller, CancellationToken cancellationToken)
    {
        if (VisibleText.IsBlank(query.Q)) return Problems.Invalid("q", "is required: say what to search for.");
        RecordPlace? after = null;
        if (query.Cursor is not null && !Cursor.TryRead(query.Cursor, out after)) return Problems.Invalid("cursor", "is not one of this list's cursors.");

        var (folded, grounds, patients) = await LookUpAsync(query, caller, cancellationToken);
        if (query.PatientId is { } patientId)
        {
            await log.ReadAsync(caller, patientId, Action, $"patient/{patientId}", grounds, cancellationToken);
            if (grounds is null) return Problems.NotFound();
        }
        if (SearchTerms.Parse(folded) is not { } terms) return Problems.Invalid("q", "has no letters or digits to search for.");

        var limit = Limit.Or(query.Limit);
        var sql = new RecordSearchSql(terms, query.Kind, query.PatientId, after, beginsAtPatients: query.PatientId is not null || patients <= MaxOwnPatients, caller.Is(Role.Admin));
        var page = Page.Of(await FindAsync(sql, limit + 1, caller, cancellationToken), limit, last => last.Place);
        if (query.PatientId is null) await log.ReadManyAsync(caller, Action, page.Items.Select(found => found.Shown), cancellationToken);
        return TypedResults.Ok(new Page<RecordHit>([.. page.Items.Select(found => found.Hit)], page.NextCursor));
    }

    /// <summary>The query as the database folds text, the grounds to read the one patient, and how many patients the caller may read; many for administrators.</summary>
    async Task<(string Folded, string? Grounds, long Patients)> LookUpAsync(RecordQuery query, Caller caller, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT platform.search_form($3), (SELECT access.grounds FROM {CareViews.Patients} p {PatientRule.Join("p.id")} WHERE p.id = $4),
                (SELECT count(*) FROM (SELECT FROM {CareViews.Readers} r WHERE r.reader_id = $1 LIMIT {MaxOwnPatients + 1}) r)
            """).By(caller).With(SearchQuery.WithoutAnd(query.Q!)).With(NpgsqlDbType.Uuid, query.PatientId);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetString(0), row.NullableString(1), caller.Is(Role.Admin) ? long.MaxValue : row.GetInt64(2));
    }

    async Task<List<Found>> FindAsync(RecordSearchSql sql, int count, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand { Connection = connection };
        command.CommandText = sql.Write(command.Parameters.By(caller), count);
        if (sql.IsPrepared) await command.PrepareAsync(cancellationToken);
        var found = new List<Found>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found.Add(Read(rows));
        return found;
    }

    static Found Read(NpgsqlDataReader row)
    {
        var (kind, patientId, page, at) = (Enum.Parse<RecordKind>(row.GetString(0), ignoreCase: true), row.GetGuid(2), row.GetInt32(3), row.GetFieldValue<DateTimeOffset>(4));
        return new(
            new(kind, row.GetGuid(1), patientId, row.GetString(7), row.GetString(8), page > 0 ? page : null, Excerpt.Of(row.GetString(9), row.GetBoolean(10)), at),
            new(at, row.GetGuid(5), page), new(patientId, row.GetString(6)));
    }

    sealed record Found(RecordHit Hit, RecordPlace Place, PatientShown Shown);
}

/// <summary>The place of the last hit shown.</summary>
/// <param name="Key">Of a case history its patient's id, otherwise the hit's.</param>
internal sealed record RecordPlace(DateTimeOffset At, Guid Key, int Page);
