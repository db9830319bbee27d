using System.Diagnostics;
using Consilium.Modules.Audit.Contracts;

namespace Consilium.Modules.Audit;

/// <summary>A row of the audit trail.</summary>
internal sealed class Entry
{
    public long Id { get; private set; }
    public DateTimeOffset At { get; private set; }
    public Guid? ActorId { get; private set; }
    public string? ActorRole { get; private set; }
    public string Action { get; private set; } = "";
    public string Resource { get; private set; } = "";
    public string Outcome { get; private set; } = "";
    public string? Reason { get; private set; }
    public string? Address { get; private set; }
    public string? TraceId { get; private set; }
    public Guid? SubjectId { get; private set; }

    public static Entry From(AuditEntry entry, DateTimeOffset at, HttpContext? http) => new()
    {
        At = at,
        ActorId = entry.ActorId,
        ActorRole = entry.ActorRole,
        Action = entry.Action,
        Resource = entry.Resource,
        Outcome = entry.Outcome.ToString().ToLowerInvariant(),
        Reason = entry.Reason,
        Address = http?.Connection.RemoteIpAddress?.ToString(),
        TraceId = Activity.Current?.TraceId.ToHexString(),
        SubjectId = entry.SubjectId,
    };
}
