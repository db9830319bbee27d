namespace Consilium.Modules.Accounts.Contracts;

/// <summary>The accounts of those who have a profile with the id of their account: doctors, hospitals and patients.</summary>
internal interface IProfileAccounts
{
    /// <summary>
    /// Makes an account with a first session; what <paramref name="addProfile"/> adds to the request's <c>ConsiliumDb</c> is saved with them, in one
    /// transaction. Null when the e-mail is taken: then nothing is kept.
    /// </summary>
    /// <param name="account">Whose e-mail and password have been found valid (<see cref="NewAccountRules"/>).</param>
    /// <param name="addProfile">Gets the id of the account, which is the profile's, and the time.</param>
    Task<LogInResponse?> SignUpAsync(NewAccount account, Action<Guid, DateTimeOffset> addProfile, CancellationToken cancellationToken);

    /// <summary>A changed name of a profile is the account's too. Does nothing where there is no such account.</summary>
    Task RenameAsync(Guid id, string name, CancellationToken cancellationToken);
}

/// <param name="Role">One with a profile.</param>
internal sealed record NewAccount(string Email, string Password, Role Role, string Name);
