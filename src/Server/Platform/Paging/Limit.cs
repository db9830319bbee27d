using System.Globalization;

namespace Consilium.Platform.Paging;

/// <summary>The query parameter <c>limit</c>: 1 to 200, 50 when absent; anything else is a 400.</summary>
internal readonly record struct Limit(int Value) : IParsable<Limit>
{
    public static int Or(Limit? limit) => limit?.Value ?? Page.DefaultLimit;

    public static Limit Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var limit) ? limit : throw new FormatException("limit must be a whole number from 1 to 200.");

    public static bool TryParse(string? s, IFormatProvider? provider, out Limit result)
    {
        var fine = int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= Page.MaxLimit;
        result = new(value);
        return fine;
    }
}
