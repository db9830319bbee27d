using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Realtime;
using Consilium.Platform.Validation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using NpgsqlTypes;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Consilium.Modules.Settings;

/// <summary>An entry was changed. Its value is not said: load it, with the rights of the moment.</summary>
/// <param name="Seq">Its number among all changes: send it as <c>after</c> to go on from here.</param>
/// <param name="Type">config.changed, or config.deleted.</param>
/// <param name="At">When the change was made.</param>
/// <param name="ActorId">The account that made it; null for the server itself.</param>
/// <param name="Action">created, updated, rolled_back, imported or deleted.</param>
/// <param name="Key">The key of the entry.</param>
/// <param name="Profile">The profile of the entry; null for none.</param>
/// <param name="Environment">The environment of the entry; null for none.</param>
/// <param name="Version">The version that came to be.</param>
/// <param name="IsEncrypted">Whether its value is kept encrypted.</param>
internal sealed record ConfigEvent(
    long Seq, string Type, DateTimeOffset At, Guid? ActorId, ConfigAction Action, string Key, string? Profile, string? Environment, int Version, bool IsEncrypted);

/// <summary>The stream can't go on where the reader was: load everything that is shown, and go on after this number.</summary>
/// <param name="Type">Always <c>config.reset</c>.</param>
/// <param name="LastSeq">The number of the newest change: go on after it.</param>
internal sealed record ConfigReset(string Type, long LastSeq);

/// <summary>What the stream of the configuration sends: a change, or that it cannot go on.</summary>
[WrittenAs(typeof(ConfigEvent), typeof(ConfigReset))]
internal sealed record ConfigFrame(string Type);

/// <summary>Which changes to follow. All filters narrow.</summary>
/// <param name="Profile">Only changes of this profile; with an empty one, only of entries without a profile.</param>
/// <param name="Environment">Only changes of this environment; with an empty one, only of entries without an environment.</param>
/// <param name="Prefix">
/// Only entries of this key and of all keys below it; with a dot at its end only of the keys below it: <c>app.db</c>, <c>app.db.</c>.
/// </param>
/// <param name="After">
/// The number of the last event that the reader has; the header <c>Last-Event-ID</c> counts before it. Without either the stream starts at now.
/// </param>
internal sealed record ConfigEventsQuery(
    [property: FromQuery(Name = "profile"), MaxLength(ConfigKeys.MaxScopeName)] string? Profile,
    [property: FromQuery(Name = "environment"), MaxLength(ConfigKeys.MaxScopeName)] string? Environment,
    [property: FromQuery(Name = "prefix"), MaxLength(ConfigKeys.MaxKey)] string? Prefix,
    [property: FromQuery(Name = "after"), RegularExpression("^[0-9]*$"), MaxLength(19)] string? After,
    [property: FromHeader(Name = "Last-Event-ID"), MaxLength(50)] string? LastEventId);

/// <summary>The changes of the configuration as they happen, of the keys that the caller may read at that moment.</summary>
internal sealed class FollowConfig(
    RequestTransaction transaction, ICallerSessions sessions, Signals signals, TimeProvider clock, IOptions<JsonOptions> json)
{
    const int PageSize = 200;

    /// <summary>For a signal that was lost.</summary>
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    public static void Map(RouteGroupBuilder config) => config.MapGet("/events", (
            [AsParameters] ConfigEventsQuery query, Caller caller, HttpContext http, FollowConfig useCase) => useCase.HandleAsync(query, caller, http))
        .RequireRight(SettingsRule.Read).AllowStreamTicket().LongLived()
        .WithSummary("Follow the changes of the configuration")
        .WithDescription("""
            Server-sent events. Their numbers grow with every change of the whole configuration, so that a reader sees only those of their keys. `Last-Event-ID` or `?after=` goes on
            after a number, 0 gives everything that is kept, neither starts at now. An event says what changed and not its value. `config.reset` says that the numbers in between are not
            kept any more: load everything. A comment comes at least every 15 seconds.
            """)
        .Produces<ConfigFrame>(200, "text/event-stream");

    async Task<IResult> HandleAsync(ConfigEventsQuery query, Caller caller, HttpContext http)
    {
        if ((new ConfigScope(query.Profile, query.Environment).Fault ?? ConfigQuery.PrefixFault(query.Prefix)) is { } fault) return fault;
        var cursor = string.IsNullOrEmpty(query.LastEventId) ? query.After : query.LastEventId;
        long? after = null;
        if (!string.IsNullOrEmpty(cursor))
        {
            if (!long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return Problems.Invalid("after", "must be the number of an event: a whole number from 0.");
            after = number;
        }
        var (now, _) = await CounterAsync(http.RequestAborted);
        await ServerSentEvents.WriteAsync(http, stop => FramesAsync(query, after ?? now, caller, stop), sessions.Ended(caller));
        return Results.Empty;
    }

    async IAsyncEnumerable<ServerSentEvent> FramesAsync(
        ConfigEventsQuery query, long after, Caller caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        using var subscription = signals.Listen(ConfigWriter.Topic, _ => bell.Writer.TryWrite(true));
        var (last, purgedTo) = await CounterAsync(cancellationToken);
        if (after > last || (after > 0 && after < purgedTo))
        {
            yield return Frame(null, "config.reset", new ConfigReset("config.reset", last));
            after = last;
        }
        while (true)
        {
            // What is not the reader's moves the number on as well: it is never looked at twice.
            var (upTo, _) = await CounterAsync(cancellationToken);
            var page = await ReadAsync(query, after, upTo, caller, cancellationToken);
            foreach (var changed in page) yield return Frame(changed.Seq.ToString(CultureInfo.InvariantCulture), changed.Type, changed);
            after = page.Count == PageSize ? page[^1].Seq : upTo;
            if (page.Count == PageSize) continue;
            Task rung = bell.Reader.WaitToReadAsync(cancellationToken).AsTask();
            await rung.WaitAsync(LookInterval, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            bell.Reader.TryRead(out _);
        }
    }

    ServerSentEvent Frame<T>(string? id, string type, T data) => new(id, type, JsonSerializer.SerializeToUtf8Bytes(data, json.Value.SerializerOptions));

    async Task<(long LastSeq, long PurgedTo)> CounterAsync(CancellationToken cancellationToken)
    {
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add("SELECT last_seq, purged_to FROM settings.counter");
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetInt64(1));
    }

    async Task<List<ConfigEvent>> ReadAsync(ConfigEventsQuery query, long after, long upTo, Caller caller, CancellationToken cancellationToken)
    {
        var found = new List<ConfigEvent>();
        if (after >= upTo) return found;
        await using var batch = await transaction.BatchAsync(cancellationToken);
        batch.Add($"""
            SELECT v.seq, v.at, v.actor_id, v.action, e.key, e.profile, e.environment, v.version, v.is_encrypted
            FROM settings.versions v JOIN settings.entries e ON e.id = v.entry_id
            WHERE v.seq > $4 AND v.seq <= $5 AND ($6 IS NULL OR e.profile = $6) AND ($7 IS NULL OR e.environment = $7) AND settings.covers($8, e.key)
              AND {SettingsRule.Allows(SettingsRule.Read, "e.key")}
            ORDER BY v.seq LIMIT {PageSize}
            """).By(caller, clock.UtcNow()).With(after).With(upTo).With(NpgsqlDbType.Text, query.Profile).With(NpgsqlDbType.Text, query.Environment).With(query.Prefix ?? "");
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var action = WireNames<ConfigAction>.Parse(rows.GetString(3))!.Value;
            found.Add(new(rows.GetInt64(0), action == ConfigAction.Deleted ? "config.deleted" : "config.changed", rows.GetFieldValue<DateTimeOffset>(1), rows.Nullable<Guid>(2),
                action, rows.GetString(4), ConfigResponse.OrNull(rows.GetString(5)), ConfigResponse.OrNull(rows.GetString(6)), rows.GetInt32(7), rows.GetBoolean(8)));
        }
        return found;
    }
}
