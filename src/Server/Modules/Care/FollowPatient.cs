using System.Runtime.CompilerServices;
using System.Text.Json;
using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Hosting;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Realtime;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Consilium.Modules.Care;

/// <summary>Says that something of a patient's data has changed, and not what it is now: load it again.</summary>
/// <param name="Type">Always <c>patient.changed</c>.</param>
/// <param name="What">What has changed.</param>
/// <param name="PatientId">The patient whose data it is.</param>
/// <param name="At">When it changed.</param>
internal sealed record PatientHint(string Type, PatientChange What, Guid PatientId, DateTimeOffset At)
{
    public const string TypeName = "patient.changed";

    public static PatientHint Of(Guid patientId, PatientChange what, DateTimeOffset at) => new(TypeName, what, patientId, at);
}

/// <summary>The live hints of a patient's data, for whoever may read it: as long as he may, and his session lives.</summary>
internal sealed class FollowPatient(
    PatientAccess access, IPatientWatch watches, Signals signals, TimeProvider clock, IOptions<JsonOptions> json)
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/api/v1/patients/{id:guid}/events", (Guid id, HttpContext http, Caller caller, FollowPatient useCase) =>
            useCase.HandleAsync(id, http, caller))
        .RequireRoles(PatientRule.Readers).AllowScope(PatientRule.Scope).AllowStreamTicket().LongLived()
        .WithTags("Patients")
        .WithSummary("Follow what changes of a patient")
        .WithParameter("id", "The patient, by their id.")
        .WithDescription("""
            Server-sent events without numbers, each a hint to load again what `what` names. They are not kept: after opening the stream, the first time and each
            time again, load everything that is shown. The stream ends when the right to read the patient does. A comment comes at least every 15 seconds.
            """)
        .Produces<PatientHint>(200, "text/event-stream");

    async Task<IResult> HandleAsync(Guid id, HttpContext http, Caller caller)
    {
        // Both listen before the right is looked up: what ends or changes meanwhile is heard.
        using var watch = watches.Watch(caller, id);
        using var changes = new HeardChanges(signals, id);
        if (!await access.AllowsAsync(id, "patient.follow", caller, http.RequestAborted)) return Problems.NotFound();
        await ServerSentEvents.WriteAsync(http, stop => FramesAsync(id, changes, stop), watch.Lost);
        return Results.Empty;
    }

    async IAsyncEnumerable<ServerSentEvent> FramesAsync(Guid id, HeardChanges changes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in changes.ReadAsync(cancellationToken))
        {
            var hint = PatientHint.Of(id, change, clock.UtcNow());
            yield return new(null, PatientHint.TypeName, JsonSerializer.SerializeToUtf8Bytes(hint, json.Value.SerializerOptions));
        }
    }
}
