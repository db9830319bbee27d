using Consilium.Platform.OpenApi;

namespace Consilium.Platform.Jobs;

[BodyExamples]
internal static class JobsExamples
{
    static JobResponse Job => new(
        new("0199c0de-7a00-7000-8000-000000000401"), "platform.purge_idempotency_keys", "dead", new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero), Attempts: 8, MaxAttempts: 8,
        "TimeoutException", new(2026, 1, 31, 9, 0, 0, TimeSpan.Zero));
}
