using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Audit;

[BodyExamples]
internal static class AuditExamples
{
    static AuditEntryResponse Entry => new(
        48_213, new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero), new("0199c0de-7a00-7000-8000-000000000501"), "staff", "case.read", "case/0199c0de-7a00-7000-8000-000000000502",
        "ok", Reason: null, "192.0.2.7", "4bf92f3577b34da6a3ce929d0e0e4736", SubjectId: null);
}
