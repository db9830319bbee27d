using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Modules.Cases;

/// <summary>A case with its thread's state, read in one query. Parameters: $1 the caller, $2 his reach, $3 the kind.</summary>
internal static class CaseRows
{
    public const string Select = $"""
        SELECT c.id, t.owner_id, c.title, c.issue_description, t.status, c.assignee_id, t.created_at, t.updated_at, t.closed_at, t.last_seq,
            t.last_message_at, t.assistant_mode, {ThreadViews.Unread}(t.id, $1)
        FROM {ThreadViews.Threads} t JOIN cases.cases c ON c.id = t.id
        """;

    public static CaseResponse Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.NullableString(2), row.GetString(3), row.GetString(4) == "open" ? CaseStatus.Open : CaseStatus.Closed,
        row.Nullable<Guid>(5), row.GetFieldValue<DateTimeOffset>(6), row.GetFieldValue<DateTimeOffset>(7), row.Nullable<DateTimeOffset>(8), row.GetInt64(9),
        row.Nullable<DateTimeOffset>(10), row.GetString(11) == "on" ? AssistantMode.On : AssistantMode.Off, row.GetInt64(12));
}
