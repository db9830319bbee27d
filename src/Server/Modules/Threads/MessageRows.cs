using System.Text.Json;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Npgsql;

namespace Consilium.Modules.Threads;

/// <summary>How a message is read from a row: one list of columns for the page, the search and the events.</summary>
internal static class MessageRows
{
    /// <summary>For a table alias <c>m</c>.</summary>
    public const string Columns = """
        m.id, m.thread_id, m.seq, m.sender_id, m.sender_role, m.sender_name, m.content, m.created_at, m.edited_at, m.retracted_at IS NOT NULL, m.reply_to, m.run_id, m.ai::text,
        m.attachment_ids
        """;

    public static ThreadMessage Read(NpgsqlDataReader row, int at = 0) => new(
        row.GetGuid(at), row.GetGuid(at + 1), row.GetInt64(at + 2), row.GetGuid(at + 3), Role(row.GetString(at + 4)), row.GetString(at + 5), row.GetString(at + 6),
        row.GetFieldValue<DateTimeOffset>(at + 7), row.Nullable<DateTimeOffset>(at + 8), row.GetBoolean(at + 9), row.Nullable<Guid>(at + 10), row.Nullable<Guid>(at + 11),
        Json(row.NullableString(at + 12)), row.IsDBNull(at + 13) ? [] : row.GetFieldValue<Guid[]>(at + 13));

    public static string Name(SenderRole role) => role switch
    {
        SenderRole.User => "user",
        SenderRole.Staff => "staff",
        SenderRole.Doctor => "doctor",
        _ => "assistant",
    };

    static SenderRole Role(string name) => name switch
    {
        "user" => SenderRole.User,
        "staff" => SenderRole.Staff,
        "doctor" => SenderRole.Doctor,
        _ => SenderRole.Assistant,
    };

    public static JsonElement? Json(string? text)
    {
        if (text is null) return null;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
