using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Hosting;

namespace Consilium.Modules.Accounts;

/// <summary>Development shows whom one can log in as.</summary>
internal sealed class DemoAccountsNotice(IHostEnvironment environment) : IStartupNotice
{
    public string Title => "Demo accounts";

    public IEnumerable<string> Lines => environment.IsDevelopment() ? DemoAccounts.All.Select(demo => $"{demo.Email} / {demo.Password}") : [];
}
