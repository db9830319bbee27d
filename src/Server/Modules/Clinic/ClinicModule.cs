using Consilium.Platform.Seeding;

namespace Consilium.Modules.Clinic;

/// <summary>The Clinic door: appointments between patients and doctors.</summary>
internal static class ClinicModule
{
    public static void AddClinic(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ISeeder, SeedAppointments>();
    }

    public static void MapClinic(this RouteGroupBuilder api)
    {
        _ = api;
    }
}
