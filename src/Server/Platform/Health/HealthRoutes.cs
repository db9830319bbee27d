using Consilium.Platform.Limits;
using Consilium.Platform.OpenApi;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consilium.Platform.Health;

/// <summary>
/// Health for load balancers and supervisors. A module adds a part to <c>/health/ready</c> with
/// <c>services.AddHealthChecks().AddCheck&lt;T&gt;("name")</c>; everybody reads what it says: no person, no secret, no path.
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
        var health = app.MapGroup("/health").AllowAnonymous().DisableRateLimiting().WithTags(Tag)
            .WithTagMeaning("Whether the server works, for those who watch it.");
        health.MapGet("", GetHealth).WithSummary("Tell whether the server works")
            .WithDescription("`healthy` once the server has started and as long as its database answers.").Produces<HealthResponse>(503);
        health.MapGet("/live", GetLiveness).WithSummary("Tell that the process lives")
            .WithDescription("Whatever it depends on.");
        health.MapGet("/ready", GetReadiness).WithSummary("Tell whether the server can take requests")
            .WithDescription("Part by part, with reasons; 503 while one of them is `unhealthy`. `degraded` parts are missed and the rest works.").Produces<ReadinessResponse>(503);
    }

    static async Task<Results<Ok<HealthResponse>, JsonHttpResult<HealthResponse>>> GetHealth(HealthReports reports, HttpResponse response)
    {
        var report = await reports.LatestAsync();
        return Answer(response, report.Entries[DatabaseHealth.Name].Status, new HealthResponse(Word(report.Entries[DatabaseHealth.Name].Status)));
    }

    static Ok<HealthResponse> GetLiveness() => TypedResults.Ok(new HealthResponse(Word(HealthStatus.Healthy)));

    static async Task<Results<Ok<ReadinessResponse>, JsonHttpResult<ReadinessResponse>>> GetReadiness(HealthReports reports, HttpResponse response)
    {
        var report = await reports.LatestAsync();
        var parts = report.Entries.ToDictionary(e => e.Key, e => Word(e.Value.Status), StringComparer.Ordinal);
        // An exception's words are not meant for everybody.
        var reasons = report.Entries.Where(e => e.Value is { Status: not HealthStatus.Healthy, Exception: null, Description.Length: > 0 })
            .ToDictionary(e => e.Key, e => e.Value.Description!, StringComparer.Ordinal);
        return Answer(response, report.Status, new ReadinessResponse(Word(report.Status), parts, reasons));
    }

    static Results<Ok<T>, JsonHttpResult<T>> Answer<T>(HttpResponse response, HealthStatus status, T body)
    {
        if (status != HealthStatus.Unhealthy) return TypedResults.Ok(body);
        RetryAfter.Set(response, HealthReports.Fresh);
        return TypedResults.Json(body, statusCode: StatusCodes.Status503ServiceUnavailable);
    }

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
/// <param name="Reasons">Why a part is not healthy, in words, where it says so.</param>
internal sealed record ReadinessResponse(string Status, IReadOnlyDictionary<string, string> Parts, IReadOnlyDictionary<string, string> Reasons);

/// <summary>Asks all parts at most once a second, however often it is asked itself.</summary>
internal sealed class HealthReports(HealthCheckService checks, TimeProvider clock)
{
    /// <summary>How long a report counts.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

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
