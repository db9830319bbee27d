using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Modules.Care.Contracts;

/// <summary>For whatever shows a patient's data for longer than a request, such as an open stream.</summary>
internal interface IPatientWatch
{
    /// <summary>
    /// Watches the caller's right to read the patient: <see cref="PatientWatch.Lost"/> is cancelled within a second after it ended (the mapping was
    /// removed, by whichever server) and when the session ends. Dispose it with the stream.
    /// </summary>
    PatientWatch Watch(Caller caller, Guid patientId);
}

/// <param name="Lost">Cancelled once the right is gone.</param>
internal sealed record PatientWatch(IDisposable Watching, CancellationToken Lost) : IDisposable
{
    public void Dispose() => Watching.Dispose();
}
