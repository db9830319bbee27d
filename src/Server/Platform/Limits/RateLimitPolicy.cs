using System.Globalization;

namespace Consilium.Platform.Limits;

/// <summary>A limit as clients are told of it (draft-ietf-httpapi-ratelimit-headers-10).</summary>
internal sealed class RateLimitPolicy(string name, int quota, int seconds)
{
    const int LongestWait = 1; // those in between are rare

    readonly string?[] standings = new string?[Math.Min(quota, 1000) + 1];

    /// <summary><c>"default";q=100;w=2</c>: so many within so many seconds.</summary>
    public string Text { get; } = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={quota};w={seconds}");

    /// <summary><c>"default";r=99;t=1</c>: how many are left, and in how many seconds there are more; without <c>t</c> none are missing.</summary>
    public string Standing(int left, TimeSpan? next)
    {
        if (next is not { } wait) return string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={left}");
        var until = RetryAfter.Seconds(wait);
        if (until > LongestWait || left >= standings.Length) return Write(left, until);
        return standings[left] ??= Write(left, until); // of every answer, so it is made once
    }

    string Write(int left, int until) => string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={left};t={until}");
}
