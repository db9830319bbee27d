namespace Consilium.Modules.Accounts.Contracts;

/// <summary>What an account is in the organisation. On the wire and in the database: the name in lower case.</summary>
public enum Role
{
    /// <summary>A customer; owns cases and tickets.</summary>
    User,

    /// <summary>A user with a clinical profile.</summary>
    Patient,

    Doctor,

    /// <summary>The account of a hospital.</summary>
    Hospital,

    /// <summary>Works cases and tickets.</summary>
    Staff,

    Admin,

    /// <summary>An AI account; never logs in.</summary>
    Assistant,
}

/// <summary>The names of roles on the wire and in the database.</summary>
public static class RoleNames
{
    static readonly string[] Names = [.. Enum.GetNames<Role>().Select(name => name.ToLowerInvariant())];

    public static string Wire(this Role role) => Names[(int)role];

    /// <summary>Exact lower-case names alone; null for anything else.</summary>
    public static Role? Parse(string? name) => Array.IndexOf(Names, name) is >= 0 and var index ? (Role)index : null;
}
