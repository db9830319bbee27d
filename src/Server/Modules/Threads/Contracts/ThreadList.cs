using System.Globalization;
using System.Text;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Paging;
using Consilium.Platform.Search;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Consilium.Modules.Threads.Contracts;

/// <summary>What a door lists of its threads. Everything narrows.</summary>
/// <param name="Select">The door's columns, from <see cref="ThreadViews.Threads"/> as <c>t</c> and its own table. Parameters: $1 the caller, $2 his reach, $3 the kind.</param>
/// <param name="SearchText">The column of the door's own table that a search looks into, besides messages and attached documents.</param>
internal sealed record ThreadQuery(ThreadPolicy Policy, Caller Caller, string Select, string SearchText, string? Q, Limit? Limit, string? Cursor)
{
    /// <summary>The right to a thread, as a condition on <c>t</c> with the parameters of <see cref="Select"/>, for reaches other than member.</summary>
    public const string InReach = "t.kind = $3 AND ($2 = 3 OR ($2 = 1 AND t.owner_id = $1))";

    readonly List<(string Column, Action<NpgsqlParameterCollection> Value)> equal = [];

    /// <summary>Columns and what they must be.</summary>
    internal IReadOnlyList<(string Column, Action<NpgsqlParameterCollection> Value)> Equal => equal;

    /// <summary>Only threads whose column has this value; null narrows nothing.</summary>
    public ThreadQuery Where<T>(string column, T? value)
    {
        if (value is not null) equal.Add((column, parameters => parameters.With(value)));
        return this;
    }
}

/// <summary>The inbox of any door: the threads within a caller's reach, newest activity first, narrowed and searched, a page at a time.</summary>
internal sealed class ThreadList(NpgsqlDataSource database)
{
    public const int MaxQuery = 200;

    /// <summary>Exactly one of page and problem comes back.</summary>
    /// <param name="place">When a thread of the page last changed, and its id.</param>
    public async Task<(Page<T>? Page, ProblemHttpResult? Problem)> ReadAsync<T>(
        ThreadQuery query, Func<NpgsqlDataReader, T> read, Func<T, (DateTimeOffset UpdatedAt, Guid Id)> place, CancellationToken cancellationToken)
    {
        Place? from = null;
        if (query.Cursor is not null && !Cursor.TryRead(query.Cursor, out from)) return (null, Problems.Invalid("cursor", "is not one of this list's cursors."));
        var limit = Limit.Or(query.Limit);
        var terms = query.Q is null ? null : await SearchTerms.ParseAsync(database, query.Q, cancellationToken);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand { Connection = connection };
        command.CommandText = Statement(query, terms, from, limit, command.Parameters);
        if (terms is null) await command.PrepareAsync(cancellationToken);
        var found = new List<T>(limit + 1);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found.Add(read(rows));
        return (Page.Of(found, limit, last => new Place(place(last).UpdatedAt, place(last).Id)), null);
    }

    static string Statement(ThreadQuery query, SearchTerms? terms, Place? from, int limit, NpgsqlParameterCollection parameters)
    {
        var reach = query.Policy.Read(query.Caller);
        parameters.With(query.Caller.UserId).With((int)reach).With(query.Policy.Kind);
        var sql = new StringBuilder($"{query.Select} WHERE {ThreadQuery.InReach}");
        // The owner's condition is said again by itself, so that the index by owner serves it.
        if (reach == Reach.Own) sql.Append(" AND t.owner_id = $1");
        foreach (var (column, value) in query.Equal)
        {
            value(parameters);
            sql.Append(CultureInfo.InvariantCulture, $" AND {column} = ${parameters.Count}");
        }
        if (from is not null)
        {
            parameters.With(from.UpdatedAt).With(from.Id);
            sql.Append(CultureInfo.InvariantCulture, $" AND (t.updated_at, t.id) < (${parameters.Count - 1}, ${parameters.Count})");
        }
        if (terms is not null)
        {
            var (inDoor, inMessage, inFile) = (Found(query.SearchText), Found("m.search_text"), Found("f.search_text"));
            sql.Append($" AND ((true{inDoor}) OR t.id IN (SELECT m.thread_id FROM {ThreadViews.Messages} m WHERE m.retracted_at IS NULL{inMessage})")
                .Append($" OR t.id IN (SELECT f.place_id FROM {FileViews.Texts} f WHERE f.place_kind = $3{inFile}))");
        }
        parameters.With(limit + 1);
        return sql.Append(CultureInfo.InvariantCulture, $" ORDER BY t.updated_at DESC, t.id DESC LIMIT ${parameters.Count}").ToString();

        string Found(string column) => terms.Condition(column, parameters);
    }

    /// <summary>The place of the last thread shown.</summary>
    sealed record Place(DateTimeOffset UpdatedAt, Guid Id);
}
