using System.Security.Claims;

namespace Consilium.Modules.Accounts.Contracts;

/// <summary>The caller as ASP.NET Core knows it.</summary>
internal sealed class CallerIdentity(Caller caller) : ClaimsIdentity(
    [new Claim("sub", caller.UserId.ToString()), new Claim("role", caller.Role.Wire()), new Claim(LimitClaim, (caller.IsApiKey ? caller.SessionId : caller.UserId).ToString())],
    caller.IsApiKey ? "ApiKey" : "Bearer", "sub", "role")
{
    /// <summary>Whose requests are counted together: a person's, or those of one key, for several programs may act as one account.</summary>
    public const string LimitClaim = "limit";

    public Caller Caller { get; } = caller;
}
