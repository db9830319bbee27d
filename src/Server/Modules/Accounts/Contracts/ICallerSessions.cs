namespace Consilium.Modules.Accounts.Contracts;

/// <summary>For whatever outlives its request's authentication, such as an open stream.</summary>
public interface ICallerSessions
{
    /// <summary>
    /// Cancelled within a second of the end of the caller's session or API key: logout, password change, deactivation, another role,
    /// expiry, or revocation, by whichever server. An access token that runs out does not end its session. Link streams to it.
    /// </summary>
    CancellationToken Ended(Caller caller);
}
