namespace Consilium.Modules.Accounts;

/// <summary>How long to wait after failed logins in a row: nothing at first, then doubling.</summary>
internal static class LoginDelays
{
    public const int FreePerAccount = 5;
    public const int FreePerAddress = 20;

    static readonly TimeSpan First = TimeSpan.FromSeconds(5);

    /// <summary>Up to an hour, so that a password sees fewer than a hundred guesses in three days.</summary>
    public static TimeSpan ForAccount(int failures) => Doubling(failures - FreePerAccount, TimeSpan.FromHours(1));

    /// <summary>Up to a minute only: a whole clinic may share one address.</summary>
    public static TimeSpan ForAddress(int failures) => Doubling(failures - FreePerAddress, TimeSpan.FromMinutes(1));

    static TimeSpan Doubling(int over, TimeSpan limit) => over switch
    {
        < 0 => TimeSpan.Zero,
        > 20 => limit,
        _ => First * (1 << over) is var delay && delay < limit ? delay : limit,
    };
}
