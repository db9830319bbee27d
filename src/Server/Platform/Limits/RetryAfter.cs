using System.Globalization;

namespace Consilium.Platform.Limits;

/// <summary>The header <c>Retry-After</c>, in whole seconds: 1 or more, and never too few.</summary>
internal static class RetryAfter
{
    public static int Seconds(TimeSpan wait) => Math.Max(1, (int)Math.Min(int.MaxValue, Math.Ceiling(wait.TotalSeconds)));

    public static void Set(HttpResponse response, TimeSpan wait) =>
        response.Headers.RetryAfter = Seconds(wait).ToString(CultureInfo.InvariantCulture);
}
