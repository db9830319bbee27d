using Consilium.Platform.Hosting;

namespace Consilium.Modules.Care;

/// <summary>The section <c>Care</c> of the server's configuration.</summary>
/// <param name="HospitalsMapPatients">
/// Whether a hospital may take in a patient by itself, whose id is all that it needs to know; otherwise administrators do it. Anybody can sign up as a hospital.
/// </param>
internal sealed record CareSettings(bool HospitalsMapPatients)
{
    const string HospitalsMapPatientsKey = "Care:HospitalsMapPatients";

    /// <summary>Unless it is said otherwise, in Development alone.</summary>
    public static CareSettings From(IConfiguration configuration, IHostEnvironment environment) =>
        configuration[HospitalsMapPatientsKey] is not { Length: > 0 } text ? new(environment.IsDevelopment())
        : bool.TryParse(text, out var may) ? new(may)
        : throw new StartException($"The setting {HospitalsMapPatientsKey} must be true or false, and is '{text}'.");
}
