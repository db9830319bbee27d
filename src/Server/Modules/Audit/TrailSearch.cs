using System.Globalization;
using System.Text;
using Consilium.Platform.Database;
using Consilium.Platform.Paging;
using Npgsql;

namespace Consilium.Modules.Audit;

/// <summary>What entries are looked for. <c>Action</c> and <c>Resource</c> may be prefixes.</summary>
internal sealed record TrailFilter(
    Guid? Actor, string? Action, string? Resource, string? Outcome, Guid? Subject, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>A place in the trail: what comes after it is older.</summary>
internal sealed record TrailPlace(DateTimeOffset At, long Id);

/// <summary>
/// Finds entries newest first. Time and one of subject, refusals and single actions are found by indexes; every other filter looks through at most
/// <see cref="MostScanned"/> entries of those, and leaves the rest to the next page.
/// </summary>
internal sealed class TrailSearch(RequestTransaction transaction)
{
    /// <summary>Some 20 ms of one processor.</summary>
    public const int MostScanned = 50_000;

    /// <summary>Every second entry or so, and written where every microsecond counts: the index of actions is without it.</summary>
    const string Post = "message.post";

    public async Task<Page<AuditEntryResponse>> ReadAsync(TrailFilter filter, TrailPlace? after, int limit, CancellationToken cancellationToken)
    {
        var (found, isNarrowed) = await FindAsync(filter, after, limit + 1, cancellationToken);
        // Asked afterwards, and only where the page is not full: entries that come meanwhile move this place to newer ones, never past one that was not looked at.
        if (isNarrowed && found.Count <= limit && await EndOfScanAsync(filter, after, cancellationToken) is { } end) return new(found, Cursor.Write(end));
        return Page.Of(found, limit, last => new TrailPlace(last.At, last.Id));
    }

    async Task<(List<AuditEntryResponse> Found, bool IsNarrowed)> FindAsync(TrailFilter filter, TrailPlace? after, int count, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        var command = new NpgsqlBatchCommand();
        batch.BatchCommands.Add(command);
        var scanned = Scanned(command.Parameters, filter, after);
        var narrow = new Conditions(command.Parameters);
        narrow.Add("actor_id =", filter.Actor);
        if (!GoesByAction(filter)) narrow.AddText("action", filter.Action, IsPrefix(filter.Action, '.'));
        narrow.AddText("resource", filter.Resource, IsPrefix(filter.Resource, '/'));
        if (filter.Outcome is not null) narrow.AddText("outcome", filter.Outcome, isPrefix: false);
        var bound = narrow.Any ? string.Create(CultureInfo.InvariantCulture, $" LIMIT {MostScanned}") : "";
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT id, at, actor_id, actor_role, action, resource, outcome, reason, address, trace_id, subject_id
            FROM (SELECT * FROM audit.entries{scanned} ORDER BY at DESC, id DESC{bound}) scanned{narrow} ORDER BY at DESC, id DESC LIMIT {count}
            """);
        var found = new List<AuditEntryResponse>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found.Add(Entry(rows));
        return (found, narrow.Any);
    }

    async Task<TrailPlace?> EndOfScanAsync(TrailFilter filter, TrailPlace? after, CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        var command = new NpgsqlBatchCommand();
        batch.BatchCommands.Add(command);
        var scanned = Scanned(command.Parameters, filter, after);
        command.CommandText = string.Create(CultureInfo.InvariantCulture,
            $"SELECT at, id FROM audit.entries{scanned} ORDER BY at DESC, id DESC OFFSET {MostScanned - 1} LIMIT 1");
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new(row.GetFieldValue<DateTimeOffset>(0), row.GetInt64(1)) : null;
    }

    /// <summary>The entries that are looked at, by one index: of two conditions the other could leave next to nothing of all that the first one finds.</summary>
    static Conditions Scanned(NpgsqlParameterCollection parameters, TrailFilter filter, TrailPlace? after)
    {
        var scanned = new Conditions(parameters);
        scanned.Add("at >=", filter.From);
        scanned.Add("at <", filter.To);
        scanned.Add("subject_id =", filter.Subject);
        if (filter is { Subject: null, Outcome: "denied" or "failed" }) scanned.Add("outcome <> 'ok'");
        if (GoesByAction(filter))
        {
            scanned.Add($"action <> '{Post}'"); // the index is known by it
            scanned.AddText("action", filter.Action, isPrefix: false);
        }
        if (after is not null) scanned.AddPlace(after);
        return scanned;
    }

    static bool GoesByAction(TrailFilter filter) =>
        filter is { Subject: null, Outcome: null or "ok", Action: not (null or Post) } && !IsPrefix(filter.Action, '.');

    static bool IsPrefix(string? text, char sign) => text is [.., var last] && (last == '*' || last == sign);

    static AuditEntryResponse Entry(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), row.Nullable<Guid>(2), row.NullableString(3), row.GetString(4), row.GetString(5), row.GetString(6),
        row.NullableString(7), row.NullableString(8), row.NullableString(9), row.Nullable<Guid>(10));

    /// <summary>A WHERE clause, with its values among the statement's parameters.</summary>
    sealed class Conditions(NpgsqlParameterCollection parameters)
    {
        readonly StringBuilder clause = new();

        public bool Any => clause.Length > 0;

        public void Add(string condition) => clause.Append(Any ? " AND " : " WHERE ").Append(condition);

        public void Add<T>(string condition, T? value) where T : struct
        {
            if (value is { } given) Add(string.Create(CultureInfo.InvariantCulture, $"{condition} ${parameters.With(given).Count}"));
        }

        public void AddText(string column, string? text, bool isPrefix)
        {
            if (text is null) return;
            var parameter = string.Create(CultureInfo.InvariantCulture, $"${parameters.With(isPrefix ? text.TrimEnd('*') : text).Count}");
            Add(isPrefix ? $"starts_with({column}, {parameter})" : $"{column} = {parameter}");
        }

        public void AddPlace(TrailPlace place) => Add(string.Create(CultureInfo.InvariantCulture,
            $"(at, id) < (${parameters.With(place.At).Count}, ${parameters.With(place.Id).Count})"));

        public override string ToString() => clause.ToString();
    }
}
