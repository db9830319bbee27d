using Consilium.Modules.Care.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Seeding;

namespace Consilium.Modules.Care;

/// <summary>Hospitals, doctors and patients, and who belongs to whom: the rule of who may read a patient's data.</summary>
internal static class CareModule
{
    public static void AddCare(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(CareSettings.From(builder.Configuration, builder.Environment));
        services.AddScoped<AccessLog>();
        services.AddScoped<PatientReplays>();
        services.AddScoped<PatientChanges>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ProfilesJson.Default));
        services.AddSingleton<ProfileList>();
        services.AddScoped<SignUpWithProfile>();
        services.AddScoped<Hospitals>();
        services.AddScoped<Doctors>();
        services.AddScoped<Patients>();
        services.AddScoped<Dependants>();
        services.AddSingleton<IStartupTask, DemoProfiles>();
        services.AddScoped<PatientAccess>();
        services.AddScoped<RelationLists>();
        services.AddScoped<MappingLog>();
        services.AddScoped<CreateMapping>();
        services.AddScoped<ListMappings>();
        services.AddScoped<RemoveMapping>();
        services.AddSingleton<PatientWatches>();
        services.AddSingleton<IPatientWatch>(provider => provider.GetRequiredService<PatientWatches>());
        services.AddHostedService(provider => provider.GetRequiredService<PatientWatches>());
        services.AddScoped<FollowPatient>();
        services.AddSingleton<ISeeder, SeedCare>();
    }

    public static void MapCare(this RouteGroupBuilder api)
    {
        SignUpWithProfile.Map(api);
        Hospitals.Map(api);
        Doctors.Map(api);
        Patients.Map(api);
        Dependants.Map(api);
        RelationLists.Map(api);
        CreateMapping.Map(api);
        ListMappings.Map(api);
        RemoveMapping.Map(api);
        FollowPatient.Map(api);
    }
}
