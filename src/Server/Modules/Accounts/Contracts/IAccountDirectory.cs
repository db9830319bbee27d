namespace Consilium.Modules.Accounts.Contracts;

/// <summary>An account as other modules may know it.</summary>
public sealed record Account(Guid Id, Role Role, string? Name, bool IsActive);

/// <summary>Looks accounts up by id. SQL may join the view <c>accounts.access_users (id, role, name, is_active)</c> instead.</summary>
public interface IAccountDirectory
{
    Task<Account?> FindAsync(Guid id, CancellationToken cancellationToken = default);

    /// <summary>Those of the accounts that exist, in no order.</summary>
    Task<IReadOnlyList<Account>> FindManyAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default);
}
