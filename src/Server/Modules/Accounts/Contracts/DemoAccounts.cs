namespace Consilium.Modules.Accounts.Contracts;

/// <summary>The accounts that Development starts with, and Production refuses.</summary>
public static class DemoAccounts
{
    public static readonly DemoAccount Admin = new(Id(1), "admin@example.com", "admin123", Role.Admin, "Demo Admin");
    public static readonly DemoAccount Staff = new(Id(2), "staff@example.com", "staff123", Role.Staff, "Demo Staff");
    public static readonly DemoAccount Doctor = new(Id(3), "doctor@example.com", "doctor123", Role.Doctor, "Demo Doctor");
    public static readonly DemoAccount Hospital = new(Id(4), "hospital@example.com", "hospital123", Role.Hospital, "Demo Hospital");
    public static readonly DemoAccount Patient = new(Id(5), "patient@example.com", "patient123", Role.Patient, "Demo Patient");
    public static readonly DemoAccount User = new(Id(6), "customer@example.com", "password123", Role.User, "Demo User");

    /// <summary>What <see cref="User"/> had once. It is anybody's now: published examples sign up with it.</summary>
    public const string FormerUserEmail = "user@example.com";

    public static IReadOnlyList<DemoAccount> All { get; } = [Admin, Staff, Doctor, Hospital, Patient, User];

    static Guid Id(int number) => new($"00000000-0000-7000-8000-00000000d{number:x3}");
}

/// <summary>The API key that Development starts with. No other environment accepts it, or starts on a database that has it.</summary>
public static class DemoApiKey
{
    public const string Key = "neuRealities_assessment";
    public const string Scope = "conversations:write";

    public static readonly Guid Id = new("00000000-0000-7000-8000-00000000dc01");
}

public sealed record DemoAccount(Guid Id, string Email, string Password, Role Role, string Name);
