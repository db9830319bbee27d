using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Consilium.Platform.Database;

internal static class DatabaseModule
{
    public static void AddDatabase(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(new DatabaseSettings(builder.Configuration));
        services.AddSingleton<EmbeddedDatabase>();
        services.AddSingleton(provider =>
        {
            var settings = provider.GetRequiredService<DatabaseSettings>();
            var source = new NpgsqlDataSourceBuilder(settings.ForPool(settings.External ?? provider.GetRequiredService<EmbeddedDatabase>().ConnectionString));
            source.UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>());
            return source.Build();
        });
        services.AddDbContextPool<ConsiliumDb>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddScoped<RequestTransaction>();
        services.AddSingleton<Durability>();
        services.AddSingleton<StartLocks>();
        services.AddSingleton<StartTurn>();
        services.AddSingleton<Migrator>();
        services.AddSingleton<DatabaseStartup>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseStartup>());
    }
}
