namespace Consilium.Platform.Hosting;

/// <summary>The section <c>Docs</c> of the server's configuration.</summary>
/// <param name="Enabled">Whether the API's document and the pages that show it are served.</param>
internal sealed record DocsSettings(bool Enabled)
{
    const string EnabledKey = "Docs:Enabled";

    /// <summary>Unless it is said otherwise, everywhere but in Production.</summary>
    public static DocsSettings From(IConfiguration configuration, IHostEnvironment environment) =>
        configuration[EnabledKey] is not { Length: > 0 } text ? new(!environment.IsProduction())
        : bool.TryParse(text, out var enabled) ? new(enabled)
        : throw new StartException($"The setting {EnabledKey} must be true or false, and is '{text}'.");
}
