namespace Consilium.Tests.Modules.Files;

/// <summary>A server and those who send files to each other in its cases. Tests share the people, never a case.</summary>
public class FileServer : Server
{
    public Client Owner { get; private set; } = null!;

    /// <summary>Another user, who must not know of any file here.</summary>
    public Client Stranger { get; private set; } = null!;

    public Client Staff { get; private set; } = null!;

    /// <summary>One with other settings, for a test of its own.</summary>
    internal static Task<FileServer> WithAsync(params (string Key, string Value)[] settings) => WithAsync(TimeProvider.System, settings);

    internal static async Task<FileServer> WithAsync(TimeProvider clock, params (string Key, string Value)[] settings)
    {
        var server = new FileServer { Settings = settings.ToDictionary(s => s.Key, s => (string?)s.Value, StringComparer.Ordinal), Clock = clock };
        await server.InitializeAsync();
        return server;
    }

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Owner = await SignedInAsync("user");
        Stranger = await SignedInAsync("user");
        Staff = await SignedInAsync("staff");
    }
}
