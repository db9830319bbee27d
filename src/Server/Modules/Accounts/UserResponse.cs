using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Modules.Accounts;

/// <summary>An account as its owner and admins see it.</summary>
/// <param name="Id">The id of the account.</param>
/// <param name="Email">The e-mail address with which it logs in; null where it has none, as the built-in assistant.</param>
/// <param name="Name">The name that others see; null when none was told.</param>
/// <param name="Role">What the account is.</param>
/// <param name="Contact">How to reach the person; null when it was not told.</param>
/// <param name="Address">The postal address; null when it was not told.</param>
/// <param name="IsActive">Whether the account can log in.</param>
/// <param name="ProfileId">The id of its profile as doctor, patient or hospital; null where the role has none.</param>
/// <param name="CreatedAt">When the account was created.</param>
/// <param name="UpdatedAt">When it was last changed.</param>
internal sealed record UserResponse(
    Guid Id, string? Email, string? Name, Role Role, string? Contact, string? Address, bool IsActive, Guid? ProfileId,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static UserResponse Of(User user) => new(
        user.Id, user.Email, user.Name, user.Role, user.Contact, user.Address, user.IsActive, user.ProfileId, user.CreatedAt, user.UpdatedAt);
}
