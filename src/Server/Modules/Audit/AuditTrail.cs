using Consilium.Modules.Audit.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Json;

namespace Consilium.Modules.Audit;

/// <inheritdoc cref="IAuditTrail"/>
internal sealed class AuditTrail(ConsiliumDb db, AuditWriter writer, IHttpContextAccessor http, TimeProvider clock) : IAuditTrail
{
    public void Add(AuditEntry entry) => db.Add(Entry.From(entry, clock.UtcNow(), http.HttpContext));

    public Task RecordAsync(AuditEntry entry, CancellationToken cancellationToken) => RecordAllAsync([entry], cancellationToken);

    public Task RecordAllAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0) return Task.CompletedTask;
        var now = clock.UtcNow();
        return writer.WriteAsync([.. entries.Select(entry => Entry.From(entry, now, http.HttpContext))]).WaitAsync(cancellationToken);
    }
}
