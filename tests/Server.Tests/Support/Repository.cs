namespace Consilium.Tests.Support;

/// <summary>Where the sources lie.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The built server, in the configuration of these tests.</summary>
    public static string ServerAssembly { get; } = Path.Combine(Root, "src", "Server", "bin", Configuration, "net10.0", "Server.dll");

    static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Consilium.slnx"))) return at.FullName;
        throw new InvalidOperationException("These tests run inside the repository.");
    }
}
