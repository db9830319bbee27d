using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;

namespace Consilium.Modules.Care;

/// <summary>Hospitals, doctors and patients, and who belongs to whom: the rule of who may read a patient's data.</summary>
internal static class CareModule
{
    public static void AddCare(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddScoped<AccessLog>();
        services.AddScoped<PatientChanges>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ProfilesJson.Default));
        services.AddSingleton<ProfileList>();
        services.AddScoped<SignUpWithProfile>();
        services.AddScoped<Hospitals>();
        services.AddScoped<Doctors>();
        services.AddScoped<Patients>();
        services.AddScoped<Dependants>();
        services.AddSingleton<IStartupTask, DemoProfiles>();
    }

    public static void MapCare(this RouteGroupBuilder api)
    {
        SignUpWithProfile.Map(api);
        Hospitals.Map(api);
        Doctors.Map(api);
        Patients.Map(api);
        Dependants.Map(api);
    }
}
