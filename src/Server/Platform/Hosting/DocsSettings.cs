namespace Consilium.Platform.Hosting;

/// <summary>The section <c>Docs</c> of the server's configuration.</summary>
/// <param name="Enabled">Whether the API's document and the pages that show it are served.</param>
internal sealed record DocsSettings(bool Enabled)
{
    const string EnabledKey = "Docs:Enabled";

    /// <summary>Unless it is said otherwise, everywhere but in Production.</summary>
    public static DocsSettings From(IConfiguration configuration, IHostEnvironment environment) =>
        new(configuration.Flag(EnabledKey, otherwise: !environment.IsProduction()));
}
