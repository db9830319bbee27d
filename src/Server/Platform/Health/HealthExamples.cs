using Consilium.Platform.OpenApi;

namespace Consilium.Platform.Health;

[BodyExamples]
internal static class HealthExamples
{
    static HealthResponse Health => new("healthy");

    static ReadinessResponse Readiness => new(
        "degraded",
        new Dictionary<string, string>(StringComparer.Ordinal) { [DatabaseHealth.Name] = "healthy", ["thumbnails"] = "degraded" },
        new Dictionary<string, string>(StringComparer.Ordinal) { ["thumbnails"] = "Node.js was not found; 20.9 or newer is needed." });
}
