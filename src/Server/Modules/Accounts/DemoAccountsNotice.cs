using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Hosting;

namespace Consilium.Modules.Accounts;

/// <summary>Tells whoever started a server in Development which accounts to try.</summary>
internal sealed class DemoAccountsNotice(IHostEnvironment environment) : IStartupNotice
{
    public string Title => "Demo accounts";

    public IEnumerable<string> Lines => environment.IsDevelopment()
        ? [.. DemoAccounts.All.Select(demo => $"{demo.Email,-22} {demo.Password,-12} {demo.Role.Wire()}"), $"X-API-Key: {DemoApiKey.Key}  {DemoApiKey.Scope}"]
        : [];
}
