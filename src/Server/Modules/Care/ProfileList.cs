using System.Globalization;
using System.Text;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Consilium.Platform.Search;
using Consilium.Platform.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Consilium.Modules.Care;

/// <summary>Profiles to list, by name. Everything narrows.</summary>
/// <param name="Select">Columns and sources.</param>
/// <param name="Of">The profiles among the sources.</param>
/// <param name="Q">Words to search for.</param>
internal sealed record ProfileQuery(string Select, ProfileTable Of, string? Q, Limit? Limit, string? Cursor)
{
    readonly List<(Func<string, string> Condition, Action<NpgsqlParameterCollection> Value)> conditions = [];

    internal IReadOnlyList<(Func<string, string> Condition, Action<NpgsqlParameterCollection> Value)> Conditions => conditions;

    /// <summary>Gives the statement the parameters of <see cref="PatientRule.By"/>. Say it before any condition.</summary>
    public ProfileQuery By(Caller caller)
    {
        conditions.Add((_ => "true", parameters => parameters.By(caller)));
        return this;
    }

    /// <summary>Only what fulfils the condition, which gets the value as a parameter; null narrows nothing.</summary>
    public ProfileQuery Where<T>(Func<string, string> condition, T? value)
    {
        if (value is not null) conditions.Add((condition, parameters => parameters.With(value)));
        return this;
    }

    /// <summary>Only what fulfils the condition.</summary>
    public ProfileQuery Where(string condition)
    {
        conditions.Add((_ => condition, _ => { }));
        return this;
    }
}

/// <summary>A table of profiles and what statements call it: it has <c>id</c>, <c>name</c> and <c>search_text</c>.</summary>
internal sealed record ProfileTable(string Name, string Row)
{
    public static readonly ProfileTable Hospitals = new("care.hospitals", "h");
    public static readonly ProfileTable Doctors = new("care.doctors", "d");
    public static readonly ProfileTable Patients = new("care.patients", "p");
}

/// <summary>Reads profiles in the order of their names, narrowed and searched, a page at a time.</summary>
internal sealed class ProfileList(NpgsqlDataSource database)
{
    public const int MaxQuery = 200;

    /// <summary>What is wrong with the text of a filter; null when nothing is.</summary>
    public static ProblemHttpResult? FaultOf(string name, string? filter) =>
        filter?.Length > MaxQuery ? Problems.Invalid(name, $"must have at most {MaxQuery} characters.") : null;

    /// <summary>The text of a filter; null when it says nothing.</summary>
    public static string? Word(string? filter) => filter.TrimmedOrNull();

    /// <summary>Exactly one of page and problem comes back.</summary>
    /// <param name="id">Of a profile. A cursor holds the last one's and not its name: addresses end up in logs.</param>
    public async Task<(Page<T>? Page, ProblemHttpResult? Problem)> ReadAsync<T>(
        ProfileQuery query, Func<NpgsqlDataReader, T> read, Func<T, Guid> id, CancellationToken cancellationToken)
    {
        if (FaultOf("q", query.Q) is { } fault) return (null, fault);
        Guid? after = null;
        if (query.Cursor is not null && !Cursor.TryRead(query.Cursor, out after)) return (null, Problems.Invalid("cursor", "is not one of this list's cursors."));
        var limit = Limit.Or(query.Limit);
        var terms = query.Q is null ? null : await SearchTerms.ParseAsync(database, query.Q, cancellationToken);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand { Connection = connection };
        command.CommandText = Statement(query, terms, after, limit, command.Parameters);
        if (terms is null) await command.PrepareAsync(cancellationToken);
        var found = new List<T>(limit + 1);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found.Add(read(rows));
        return (Page.Of(found, limit, id), null);
    }

    static string Statement(ProfileQuery query, SearchTerms? terms, Guid? after, int limit, NpgsqlParameterCollection parameters)
    {
        var row = query.Of.Row;
        var sql = new StringBuilder($"{query.Select} WHERE true");
        foreach (var (condition, value) in query.Conditions)
        {
            value(parameters);
            sql.Append($" AND {condition(Last())}");
        }
        if (terms is not null) sql.Append(terms.Condition($"{row}.search_text", parameters));
        if (after is { } last)
        {
            parameters.With(last);
            sql.Append($" AND (lower({row}.name), {row}.id) > ((SELECT lower(last.name) FROM {query.Of.Name} last WHERE last.id = {Last()}), {Last()})");
        }
        parameters.With(limit + 1);
        return sql.Append($" ORDER BY lower({row}.name), {row}.id LIMIT {Last()}").ToString();

        string Last() => string.Create(CultureInfo.InvariantCulture, $"${parameters.Count}");
    }
}
