using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.Errors;
using Consilium.Platform.Text;

namespace Consilium.Modules.Accounts;

/// <summary>An account: of a person, of a hospital, or of an assistant.</summary>
internal sealed class User
{
    public Guid Id { get; private set; }
    /// <summary>As it was typed.</summary>
    public string? Email { get; private set; }

    /// <summary>
    /// By this one it is found, and no other account has it. Null without an address, and in accounts from before that share one
    /// (<see cref="EmailKeys"/>).
    /// </summary>
    public string? EmailKey { get; private set; }

    public string? PasswordHash { get; private set; }
    public Role Role { get; private set; }
    public string? Name { get; private set; }
    public string? Contact { get; private set; }
    public string? Address { get; private set; }
    public bool IsActive { get; private set; }
    public bool IsDemo { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Doctors, hospitals and patients have a profile with the id of their account.</summary>
    public Guid? ProfileId => Role is Role.Doctor or Role.Hospital or Role.Patient ? Id : null;

    public bool CanLogIn => IsActive && Role != Role.Assistant && PasswordHash is not null;

    /// <param name="passwordHash">Null for an account that cannot log in; assistants never can.</param>
    public static User Create(Guid id, string? email, string? passwordHash, Role role, string? name, DateTimeOffset now) => new()
    {
        Id = id,
        Email = email?.Trim(),
        EmailKey = email is null ? null : EmailAddress.KeyOf(email.Trim()) ?? throw new ArgumentException("Is no e-mail address.", nameof(email)),
        PasswordHash = role == Role.Assistant ? null : passwordHash,
        Role = role,
        Name = name.TrimmedOrNull(),
        IsActive = true,
        CreatedAt = now,
        UpdatedAt = now,
    };

    public static User CreateDemo(Guid id, string email, string passwordHash, Role role, string name, DateTimeOffset now)
    {
        var user = Create(id, email, passwordHash, role, name, now);
        user.IsDemo = true;
        return user;
    }

    /// <summary>Gives an account of the demo another address.</summary>
    public void MoveDemo(string email, DateTimeOffset now)
    {
        if (!IsDemo) throw new InvalidOperationException("Only accounts of the demo are moved.");
        (Email, EmailKey, UpdatedAt) = (email, EmailAddress.KeyOf(email), now);
    }

    /// <summary>What is null stays as it is; what is empty is cleared.</summary>
    public void Describe(string? name, string? contact, string? address, DateTimeOffset now)
    {
        if (name is not null) Name = name.TrimmedOrNull();
        if (contact is not null) Contact = contact.TrimmedOrNull();
        if (address is not null) Address = address.TrimmedOrNull();
        UpdatedAt = now;
    }

    public void Activate(DateTimeOffset now) => (IsActive, UpdatedAt) = (true, now);

    public void Deactivate(DateTimeOffset now)
    {
        if (Id == AssistantAccount.Id) throw new DomainException("assistant_needed", "The built-in assistant cannot be deactivated.");
        (IsActive, UpdatedAt) = (false, now);
    }

    public void ChangePassword(string passwordHash, DateTimeOffset now) => (PasswordHash, UpdatedAt) = (passwordHash, now);

    /// <summary>The same password under today's hashing.</summary>
    public void Rehash(string passwordHash) => PasswordHash = passwordHash;
}
