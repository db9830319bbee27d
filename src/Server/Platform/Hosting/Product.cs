using System.Reflection;

namespace Consilium.Platform.Hosting;

/// <summary>What this server calls itself.</summary>
internal static class Product
{
    public const string Name = "Consilium";

    public const string Description =
        "One case, one durable conversation: a patient or customer, staff, doctors and an AI assistant work on it together.";

    /// <summary>Without the build's metadata.</summary>
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
