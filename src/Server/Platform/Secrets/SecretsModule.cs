using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Consilium.Platform.Jobs;

namespace Consilium.Platform.Secrets;

/// <summary>The master key outside the database, and the vault whose keys it wraps.</summary>
internal static class SecretsModule
{
    public static void AddSecrets(this WebApplicationBuilder builder)
    {
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddSingleton(provider => MasterKey.Load(configuration, provider.GetRequiredService<DatabaseSettings>().DataDirectory));
        services.AddSingleton(provider => new MasterKeys(provider.GetRequiredService<MasterKey>(), MasterKey.LoadPrevious(configuration)));
        services.AddSingleton<IStartCheck, MasterKeyCheck>();
        services.AddSingleton<VaultKeys>();
        services.AddSingleton<IStartupTask, LoadDataKeys>();
        services.AddScoped<Vault>();
        services.AddScoped<DataKeys>();
        services.AddScoped<Reencryption>();
        services.AddScheduledJob<ReencryptValues>();
        services.AddScoped<IJobHandler, WhenKeyRotated>();
    }
}

/// <summary>Reads the master keys that are given: one that cannot be used stops the start at once.</summary>
internal sealed class MasterKeyCheck(IServiceProvider services) : IStartCheck
{
    public void Run() => services.GetRequiredService<MasterKeys>();
}
