using Consilium.Platform.Hosting;

namespace Consilium.Modules.Settings;

/// <summary>The product's own configuration, and the vault's routes.</summary>
internal static class SettingsModule
{
    public static void AddSettings(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var opensPerMinute = builder.Configuration.WholeNumber("Security:OpensPerMinute", builder.Environment.IsDevelopment() ? 1200 : 30);
        services.AddSingleton(_ => new OpenLimit(opensPerMinute));
        services.AddScoped<DecryptValue>();
    }

    public static void MapSettings(this IEndpointRouteBuilder api)
    {
        var security = api.MapGroup("/api/v1/security").WithTags("Security");
        EncryptValue.Map(security);
        DecryptValue.Map(security);
        ListKeys.Map(security);
        RotateKeys.Map(security);
    }
}
