using Consilium.Platform.Database;
using Consilium.Platform.Realtime;

namespace Consilium.Modules.Care.Contracts;

/// <summary>What of a patient's data has changed.</summary>
internal enum PatientChange { Profile, CareTeam, History, Report, Document, Appointment, Reminder }

/// <summary>Tells those who look at a patient's data that something of it changed: a hint to look again.</summary>
internal sealed class PatientChanges(RequestTransaction transaction, Signals signals)
{
    /// <summary>Once the request's transaction has committed.</summary>
    public void Announce(Guid patientId, PatientChange change) =>
        transaction.AfterCommit(() => signals.Signal(Topic(patientId), change.ToString()));

    /// <summary>Whose signals carry the name of a <see cref="PatientChange"/>.</summary>
    public static string Topic(Guid patientId) => $"patient:{patientId:N}";
}
