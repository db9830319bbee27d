using Consilium.Platform.OpenApi;

namespace Consilium.Platform.Health;

[BodyExamples]
internal static class HealthExamples
{
    static HealthResponse Health => new("healthy");

    static ReadinessResponse Readiness => new("healthy", new Dictionary<string, string>(StringComparer.Ordinal) { [DatabaseHealth.Name] = "healthy" });
}
