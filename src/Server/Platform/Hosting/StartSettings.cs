using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.FileProviders;

namespace Consilium.Platform.Hosting;

/// <summary>
/// Where settings come from, the first that has one counts: arguments, environment variables, files of secrets, <c>appsettings.json</c>. A file of
/// secrets is named like a variable and holds its value; such files lie in <c>/run/secrets</c>, or where <c>Secrets:Directory</c> says.
/// </summary>
internal static class StartSettings
{
    const string DirectoryKey = "Secrets:Directory";
    const string UsualDirectory = "/run/secrets";

    public static void AddStartSettings(this WebApplicationBuilder builder)
    {
        var sources = ((IConfigurationBuilder)builder.Configuration).Sources;
        var plain = sources.OfType<EnvironmentVariablesConfigurationSource>().Last(source => string.IsNullOrEmpty(source.Prefix));
        var variables = sources.IndexOf(plain);
        sources[variables] = new GivenVariables();
        var named = builder.Configuration[DirectoryKey];
        var directory = Path.GetFullPath(string.IsNullOrEmpty(named) ? UsualDirectory : named);
        if (!Directory.Exists(directory))
            if (string.IsNullOrEmpty(named)) return;
            else throw new StartException($"The setting {DirectoryKey} must name a directory that is there, and is '{named}'.");
        try
        {
            sources.Insert(variables, new KeyPerFileConfigurationSource { FileProvider = new PhysicalFileProvider(directory) });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The files of secrets in {directory} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>The environment, in which an empty variable counts as none: files of variables often list all, and fill in some.</summary>
    sealed class GivenVariables : EnvironmentVariablesConfigurationProvider, IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override void Load()
        {
            base.Load();
            foreach (var (name, value) in Data.ToList())
                if (string.IsNullOrEmpty(value)) Data.Remove(name);
        }
    }
}
