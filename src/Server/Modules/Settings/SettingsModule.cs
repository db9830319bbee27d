using Consilium.Modules.Settings.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Jobs;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Secrets;

namespace Consilium.Modules.Settings;

/// <summary>The product's own configuration, and the vault's routes.</summary>
internal static class SettingsModule
{
    public static void AddSettings(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var opensPerMinute = builder.Configuration.WholeNumber("Security:OpensPerMinute", builder.Environment.IsDevelopment() ? 1200 : 30);
        services.AddSingleton(provider => new OpenLimit(opensPerMinute, provider.GetRequiredService<TimeProvider>()));
        services.AddScoped<DecryptValue>();

        foreach (var setting in ProductSettings.Own) services.AddSingleton<ProductSetting>(setting);
        services.AddSingleton<ProductSettings>();
        services.AddSingleton<LiveSettings>();
        services.AddSingleton<ISettings>(provider => provider.GetRequiredService<LiveSettings>());
        services.AddScoped<Grants>();
        services.AddScoped<ConfigEntries>();
        services.AddScoped<ConfigWriter>();
        services.AddScoped<SealHistory>();
        services.AddSingleton<IStartupTask, SealOlderHistory>();
        services.AddScoped<ConfigPrecondition>();
        services.AddScoped<ConfigReplays>();
        services.AddScoped<ConfigHistory>();
        services.AddScoped<ResolveReferences>();
        services.AddScoped<OpenConfig>();
        services.AddScoped<CreateConfig>();
        services.AddScoped<GetConfig>();
        services.AddScoped<UpdateConfig>();
        services.AddScoped<DeleteConfig>();
        services.AddScoped<ListConfig>();
        services.AddScoped<RollBackConfig>();
        services.AddScoped<RevealConfig>();
        services.AddScoped<FollowConfig>();
        services.AddScoped<ExportConfig>();
        services.AddScoped<PlanImport>();
        services.AddScoped<ImportConfig>();
        services.AddScoped<DiffConfig>();
        services.AddScoped<ISealedColumn, SealedConfig>();
        services.AddScheduledJob<PurgeConfigHistory>();
        services.AddScheduledJob<PurgeGrants>();
    }

    public static void MapSettings(this RouteGroupBuilder api)
    {
        var config = api.MapGroup(ConfigResponse.Root).WithTags("Config")
            .WithTagMeaning("The configuration: entries by key, profile and environment, with their history.")
            .WithParameter("key", "The key of the entry, such as `app.db.host`.");
        ListConfig.Map(config);
        CreateConfig.Map(config);
        FollowConfig.Map(config);
        ExportConfig.Map(config);
        ImportConfig.Map(config);
        DiffConfig.Map(config);
        GetConfig.Map(config);
        UpdateConfig.Map(config);
        DeleteConfig.Map(config);
        ConfigHistory.Map(config);
        RollBackConfig.Map(config);
        RevealConfig.Map(config);
        var security = api.MapGroup("/api/v1/security").WithTags("Security")
            .WithTagMeaning("The vault: encryption, data keys, and who may do what with the configuration.");
        EncryptValue.Map(security);
        DecryptValue.Map(security);
        ListKeys.Map(security);
        RotateKeys.Map(security);
        Grants.Map(security);
    }
}
