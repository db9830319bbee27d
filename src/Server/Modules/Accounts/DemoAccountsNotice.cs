using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Hosting;

namespace Consilium.Modules.Accounts;

<<<<<<< HEAD
/// <summary>Development shows whom one can log in as.</summary>
=======
/// <summary>Tells whoever started a server in Development which accounts to try.</summary>
>>>>>>> crash
internal sealed class DemoAccountsNotice(IHostEnvironment environment) : IStartupNotice
{
    public string Title => "Demo accounts";

<<<<<<< HEAD
    public IEnumerable<string> Lines => environment.IsDevelopment() ? DemoAccounts.All.Select(demo => $"{demo.Email} / {demo.Password}") : [];
=======
    public IEnumerable<string> Lines => environment.IsDevelopment()
        ? DemoAccounts.All.Select(demo => $"{demo.Email,-22} {demo.Password,-12} {demo.Role.Wire()}")
        : [];
>>>>>>> crash
}
