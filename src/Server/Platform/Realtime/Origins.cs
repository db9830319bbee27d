namespace Consilium.Platform.Realtime;

/// <summary>Which pages may open a WebSocket: those of this server, and those listed in <c>Origins:Allowed</c>. Programs send no Origin.</summary>
internal static class Origins
{
    public static bool Allows(HttpContext http)
    {
        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length == 0) return true;
        if (Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Authority.Equals(http.Request.Host.Value, StringComparison.OrdinalIgnoreCase)) return true;
        var allowed = http.RequestServices.GetRequiredService<IConfiguration>().GetSection("Origins:Allowed").Get<string[]>() ?? [];
        return allowed.Contains(origin, StringComparer.OrdinalIgnoreCase);
    }
}
