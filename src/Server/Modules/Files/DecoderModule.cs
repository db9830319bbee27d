namespace Consilium.Modules.Files;

/// <summary>The decoder of the module, kept apart from the rest of it.</summary>
internal static class DecoderModule
{
    public static void AddDecoder(this IServiceCollection services)
    {
        services.AddSingleton<Decoder>();
    }
}
