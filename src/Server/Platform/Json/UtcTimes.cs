using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Consilium.Platform.Json;

/// <summary>Times in answers are UTC with <c>Z</c> and microseconds, the precision that PostgreSQL keeps; offsets are accepted (RFC 3339).</summary>
internal sealed class UtcTimes : JsonConverter<DateTimeOffset>
{
    const string Format = "yyyy-MM-ddTHH:mm:ss.ffffffZ";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset().ToUniversalTime();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[Format.Length];
        value.UtcDateTime.TryFormat(text, out _, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text);
    }
}

internal static class Now
{
    /// <summary>The time now, cut to the microseconds that PostgreSQL keeps, so that an answer equals the later read.</summary>
    public static DateTimeOffset UtcNow(this TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return new(now.Ticks - now.Ticks % TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    }
}
