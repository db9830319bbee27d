using Consilium.Platform.OpenApi;

namespace Consilium.Platform.Jobs;

[BodyExamples]
internal static class JobsExamples
{
    static JobResponse Job => new(
        new("0199c0de-7a00-7000-8000-000000000401"), "files.fetch", "dead", new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero), Attempts: 8, MaxAttempts: 8,
        "TimeoutException", new(2026, 1, 31, 9, 0, 0, TimeSpan.Zero));

    static ScheduleResponse Schedule => new(
        "platform.purge_idempotency_keys", "Forgets the stored answers to requests with an Idempotency-Key after two days.", EverySeconds: 3600, "waiting",
        new(2026, 1, 31, 10, 0, 0, TimeSpan.Zero), FailedAttempts: 0,
        new(new(2026, 1, 31, 9, 0, 0, TimeSpan.Zero), new(2026, 1, 31, 9, 0, 0, 120, TimeSpan.Zero), "succeeded", "12 keys removed", Error: null));
}
