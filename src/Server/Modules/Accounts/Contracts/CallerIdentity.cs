using System.Security.Claims;

namespace Consilium.Modules.Accounts.Contracts;

/// <summary>The caller as ASP.NET Core knows it.</summary>
internal sealed class CallerIdentity(Caller caller) : ClaimsIdentity(
    [new Claim("sub", caller.UserId.ToString()), new Claim("role", caller.Role.Wire())], caller.IsApiKey ? "ApiKey" : "Bearer", "sub", "role")
{
    public Caller Caller { get; } = caller;
}
