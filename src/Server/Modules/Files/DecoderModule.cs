using Consilium.Platform.Hosting;

namespace Consilium.Modules.Files;

/// <summary>The decoder of the module: what runs it, what watches it, what tells of it.</summary>
internal static class DecoderModule
{
    public static void AddDecoder(this IServiceCollection services)
    {
        services.AddSingleton<DecoderSettings>();
        services.AddSingleton<DecoderSetup>();
        services.AddSingleton<Decoder>();
        services.AddSingleton<DecoderNotice>();
        services.AddSingleton<IStartupNotice>(provider => provider.GetRequiredService<DecoderNotice>());
        services.AddHostedService(provider => provider.GetRequiredService<DecoderNotice>());
        services.AddHealthChecks().AddCheck<DecoderHealth>(DecoderHealth.Name);
    }
}
