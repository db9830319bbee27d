using System.Text.Json;
using System.Text.Json.Serialization;
using Consilium.Platform.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Consilium.Platform.Paging;

/// <summary>A page of a list.</summary>
/// <param name="Items">At most <c>limit</c> items.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> for the next page, with the same filters; null on the last one.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor) : IPage
{
    /// <summary>What to send as <c>cursor</c> for the next page, with the same filters; null on the last one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never), JsonPropertyOrder(1)]
    public string? NextCursor { get; private set; } = NextCursor;

    public void BindCursor(string list) => NextCursor = NextCursor is null ? null : Cursor.Bind(NextCursor, list);
}

/// <summary>A page of whatever it is.</summary>
internal interface IPage
{
    string? NextCursor { get; }

    /// <summary>Lets the cursor, if there is one, be read by this list only.</summary>
    void BindCursor(string list);
}

internal static class Page
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <summary>Cuts the one row too many that was asked for, and makes the cursor from the last one that stays.</summary>
    public static Page<T> Of<T, TKey>(List<T> rows, int limit, Func<T, TKey> key)
    {
        if (rows.Count <= limit) return new(rows, null);
        rows.RemoveRange(limit, rows.Count - limit);
        return new(rows, Cursor.Write(key(rows[^1])));
    }
}

/// <summary>
/// An opaque place in a list: the keyset of the last item, as base64url JSON. Holds nothing that the page did not show.
/// <see cref="ListCursors"/> adds which list it is of, and checks that.
/// </summary>
internal static class Cursor
{
    /// <summary>The longest text that is taken as a cursor; no list's come near it.</summary>
    public const int MaxLength = 1024;

    const char Of = '.';

    static readonly JsonSerializerOptions Options = new() { Converters = { new UtcTimes() } };

    public static string Write<TKey>(TKey key) => WebEncoders.Base64UrlEncode(JsonSerializer.SerializeToUtf8Bytes(key, Options));

    public static string Bind(string place, string list) => $"{place}{Of}{list}";

    public static bool IsOf(string cursor, string list) => cursor.EndsWith(Of + list, StringComparison.Ordinal);

    /// <summary>Only the place.</summary>
    public static string PlaceIn(string cursor) => cursor.IndexOf(Of, StringComparison.Ordinal) is >= 0 and var end ? cursor[..end] : cursor;

    /// <summary>False when the text is no cursor of this kind: answer 400.</summary>
    public static bool TryRead<TKey>(string text, out TKey? key)
    {
        key = default;
        try
        {
            var json = WebEncoders.Base64UrlDecode(PlaceIn(text));
            if (StrictJson.Fault(json) is not null) return false;
            key = JsonSerializer.Deserialize<TKey>(json, Options);
            return key is not null;
        }
        catch (Exception fault) when (fault is FormatException or JsonException or NotSupportedException)
        {
            return false;
        }
    }
}
