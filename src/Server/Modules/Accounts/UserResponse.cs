using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Modules.Accounts;

/// <summary>An account as its owner and admins see it.</summary>
internal sealed record UserResponse(
    Guid Id, string? Email, string? Name, Role Role, string? Contact, string? Address, bool IsActive, Guid? ProfileId,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static UserResponse Of(User user) => new(
        user.Id, user.Email, user.Name, user.Role, user.Contact, user.Address, user.IsActive, user.ProfileId, user.CreatedAt, user.UpdatedAt);
}
