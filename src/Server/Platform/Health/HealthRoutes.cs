using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consilium.Platform.Health;

/// <summary>
/// Health for load balancers and supervisors. A module adds a part to <c>/health/ready</c> with
/// <c>services.AddHealthChecks().AddCheck&lt;T&gt;("name")</c>; nothing it says may name a person or a secret.
/// </summary>
internal static class HealthRoutes
{
    const string Tag = "Health";

    public static void AddHealth(this IServiceCollection services)
    {
        services.AddSingleton<DatabaseHealth>();
        services.AddSingleton<HealthReports>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>(DatabaseHealth.Name, timeout: TimeSpan.FromSeconds(1));
    }

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").AllowAnonymous().DisableRateLimiting().WithTags(Tag);
        health.MapGet("", GetHealth);
        health.MapGet("/live", GetLiveness);
        health.MapGet("/ready", GetReadiness);
    }

    /// <summary>Tells whether the server works: it has started and its database answers.</summary>
    static async Task<Results<Ok<HealthResponse>, JsonHttpResult<HealthResponse>>> GetHealth(HealthReports reports)
    {
        var report = await reports.LatestAsync();
        return Answer(report.Entries[DatabaseHealth.Name].Status, new HealthResponse(Word(report.Entries[DatabaseHealth.Name].Status)));
    }

    /// <summary>Tells that the process lives, whatever it depends on.</summary>
    static Ok<HealthResponse> GetLiveness() => TypedResults.Ok(new HealthResponse(Word(HealthStatus.Healthy)));

    /// <summary>Tells whether the server can take requests, part by part.</summary>
    static async Task<Results<Ok<ReadinessResponse>, JsonHttpResult<ReadinessResponse>>> GetReadiness(HealthReports reports)
    {
        var report = await reports.LatestAsync();
        return Answer(report.Status, new ReadinessResponse(Word(report.Status), report.Entries.ToDictionary(e => e.Key, e => Word(e.Value.Status), StringComparer.Ordinal)));
    }

    static Results<Ok<T>, JsonHttpResult<T>> Answer<T>(HealthStatus status, T body) => status == HealthStatus.Unhealthy
        ? TypedResults.Json(body, statusCode: StatusCodes.Status503ServiceUnavailable)
        : TypedResults.Ok(body);

    static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}

/// <summary>Whether the server works.</summary>
/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
internal sealed record HealthResponse(string Status);

/// <summary>Whether the server can take requests.</summary>
/// <param name="Status">The worst of the parts.</param>
/// <param name="Parts">Each part by its name: <c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
internal sealed record ReadinessResponse(string Status, IReadOnlyDictionary<string, string> Parts);

/// <summary>Asks all parts at most once a second, however often it is asked itself.</summary>
internal sealed class HealthReports(HealthCheckService checks, TimeProvider clock)
{
    static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    readonly Lock gate = new();
    Task<HealthReport>? latest;
    long askedAt;

    public Task<HealthReport> LatestAsync()
    {
        lock (gate)
        {
            if (latest is { IsCompleted: false }) return latest;
            if (latest is { IsCompletedSuccessfully: true } && clock.GetElapsedTime(askedAt) < Fresh) return latest;
            askedAt = clock.GetTimestamp();
            return latest = checks.CheckHealthAsync();
        }
    }
}
