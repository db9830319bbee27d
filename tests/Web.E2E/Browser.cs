using Microsoft.Playwright;

namespace Consilium.Web;

/// <summary>The server as a user starts it, and a Chromium that visits it. The browser comes from the system: nothing is downloaded.</summary>
public sealed class Browser : IAsyncLifetime
{
    static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    ServerProcess? server;
    IPlaywright? playwright;
    IBrowser? chromium;

    internal static string? Executable => Places.FirstOrDefault(File.Exists);

    public async Task InitializeAsync()
    {
        if (Executable is null) return; // the tests are skipped, or fail and say why
        server = await ServerProcess.StartAsync();
        playwright = await Playwright.CreateAsync();
        chromium = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task DisposeAsync()
    {
        if (chromium is not null) await chromium.DisposeAsync();
        playwright?.Dispose();
        if (server is not null) await server.DisposeAsync();
    }

    /// <summary>A page that nothing has been opened in.</summary>
    internal Task<IPage> EmptyAsync() => chromium?.NewPageAsync()
        ?? throw new InvalidOperationException($"There is no Chromium on this machine ({string.Join(", ", Places)}): apt-get install chromium.");

    /// <summary>Opens a page and keeps what goes wrong on it: errors in the console, and everything that did not load.</summary>
    internal Task<(IPage Page, List<string> Faults)> OpenAsync(string path) => OpenAsync(new Uri(server!.Address, path));

    /// <summary>The same, of another server.</summary>
    internal async Task<(IPage Page, List<string> Faults)> OpenAsync(Uri address)
    {
        var page = await EmptyAsync();
        var faults = new List<string>();
        page.Console += (_, message) => { if (message.Type is "error" or "warning") faults.Add(message.Text); };
        page.PageError += (_, error) => faults.Add(error);
        page.RequestFailed += (_, request) => faults.Add($"{request.Url}: {request.Failure}");
        page.Response += (_, response) => { if (response.Status >= 400) faults.Add($"{response.Url}: {response.Status}"); };
        await page.GotoAsync(address.ToString());
        return (page, faults);
    }
}

/// <summary>Skipped, with a message, on a machine without Chromium; where CI is set it runs and fails.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute()
    {
        if (Browser.Executable is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")))
            Skip = "No Chromium on this machine: apt-get install chromium.";
    }
}

/// <inheritdoc cref="BrowserTheoryAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = new BrowserTheoryAttribute().Skip;
}
