using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Seeding;

namespace Consilium.Modules.Care;

/// <summary>Hospitals, doctors and patients, and who belongs to whom: the rule of who may read a patient's data.</summary>
internal static class CareModule
{
    public static void AddCare(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddScoped<AccessLog>();
        services.AddScoped<PatientChanges>();
        services.AddScoped<SignUpWithProfile>();
        services.AddSingleton<ISeeder, SeedCare>();
    }

    public static void MapCare(this RouteGroupBuilder api)
    {
        SignUpWithProfile.Map(api);
    }
}
