using Consilium.Platform.Hosting;
using Microsoft.Extensions.Configuration.Memory;

namespace Consilium.Platform.Telemetry;

/// <summary>
/// Logs go to the console: one line each for people in Development, one JSON object each otherwise (UTC, control characters escaped).
/// They hold ids and kinds, never bodies, tokens or health data. <c>Logging:LogLevel:…</c> changes what is shown.
/// </summary>
internal static class Logs
{
    static readonly Dictionary<string, string?> Levels = new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:Npgsql"] = "Warning",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Command"] = "Critical", // a refused statement is reported by whoever asked
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore.Update"] = "Critical",
    };

    public static void AddLogs(this WebApplicationBuilder builder)
    {
        ((IConfigurationBuilder)builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = Levels });
        builder.Logging.ClearProviders();
        if (builder.Environment.IsDevelopment())
            builder.Logging.AddSimpleConsole(console => { console.SingleLine = true; console.TimestampFormat = "HH:mm:ss "; });
        else
            builder.Logging.AddJsonConsole(console => { console.UseUtcTimestamp = true; console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ"; });

        var starting = new StartPhase();
        starting.Silence(builder.Logging);
        builder.Services.AddSingleton(starting);
    }
}
