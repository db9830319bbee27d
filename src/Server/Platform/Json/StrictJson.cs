using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;

namespace Consilium.Platform.Json;

/// <summary>
/// One walk over a JSON body before it is bound. Refuses what the serializer would let through or fail on late: duplicate keys at any
/// depth, <c>\u0000</c>, lone surrogates, text that is not UTF-8, numbers beyond any double, more than 32 levels (I-JSON, RFC 7493, and what
/// PostgreSQL can hold).
/// </summary>
internal static class StrictJson
{
    public const int MaxDepth = 32;
    const int MaxDigits = 64;

    /// <summary>Null when the body is fine, else what is wrong with it, in words for the sender.</summary>
    public static string? Fault(ReadOnlySpan<byte> body) => Fault(body, out _);

    /// <summary>The same, and the number of the line, from 1, on which it is wrong.</summary>
    public static string? Fault(ReadOnlySpan<byte> body, out int line)
    {
        line = 1;
        if (body.IsEmpty) return null; // whether a body is required is the route's to say
        if (body.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return "The body begins with a byte order mark: send it without.";
        if (!Utf8.IsValid(body)) return "The body is not valid UTF-8.";
        try
        {
            var fault = Walk(body, out var at);
            if (fault is not null) line += body[..(int)at].Count((byte)'\n');
            return fault;
        }
        catch (JsonException fault)
        {
            line += (int)(fault.LineNumber ?? 0);
            var at = string.Create(CultureInfo.InvariantCulture, $"line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}");
            return $"The body is not valid JSON, or nested deeper than {MaxDepth} levels: see {at}.";
        }
    }

    static string? Walk(ReadOnlySpan<byte> body, out long at)
    {
        at = 0;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        var objects = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            at = reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    objects.Push(new(StringComparer.Ordinal));
                    break;
                case JsonTokenType.EndObject:
                    objects.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    if (EscapeFault(reader) is { } badName) return badName;
                    // Where it is, and not its name: an error repeats nothing of what was sent.
                    if (!objects.Peek().Add(reader.GetString()!)) return string.Create(CultureInfo.InvariantCulture, $"A key appears twice in one object, at byte {at + 1}.");
                    break;
                case JsonTokenType.String:
                    if (EscapeFault(reader) is { } badText) return badText;
                    break;
                case JsonTokenType.Number:
                    if (reader.ValueSpan.Length > MaxDigits || !double.IsFinite(reader.GetDouble())) return "A number is too long or too large.";
                    break;
            }
        }
        return null;
    }

    static string? EscapeFault(in Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return null;
        var text = reader.ValueSpan;
        while (text.IndexOf((byte)'\\') is var at and >= 0)
        {
            if (text[at + 1] != (byte)'u')
            {
                text = text[(at + 2)..];
                continue;
            }
            var unit = Unit(text[(at + 2)..]);
            text = text[(at + 6)..];
            if (unit == 0) return "The character U+0000 is not allowed in text.";
            if (char.IsLowSurrogate((char)unit)) return Lone;
            if (!char.IsHighSurrogate((char)unit)) continue;
            if (text.Length < 6 || text[0] != (byte)'\\' || text[1] != (byte)'u' || !char.IsLowSurrogate((char)Unit(text[2..]))) return Lone;
            text = text[6..];
        }
        return null;
    }

    const string Lone = "The text has half of a surrogate pair: a character cut in two.";

    // The reader has checked that four hexadecimal digits follow \u.
    static int Unit(ReadOnlySpan<byte> digits) => int.Parse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
