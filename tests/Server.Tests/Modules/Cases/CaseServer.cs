namespace Consilium.Tests.Modules.Cases;

/// <summary>A server and those who meet at a case. Tests share the people, never a case.</summary>
public class CaseServer : Server
{
    public const string Root = "/api/v1/cases";

    /// <summary>For servers of their own: passwords that cost nothing.</summary>
    internal static readonly Dictionary<string, string?> QuickPasswords = new(StringComparer.Ordinal) { ["Accounts:PasswordIterations"] = "1000" };

    protected override IReadOnlyDictionary<string, string?> Settings { get; init; } = QuickPasswords;

    public Client Owner { get; private set; } = null!;

    /// <summary>Another user, who must not know of any case here.</summary>
    public Client Stranger { get; private set; } = null!;

    public Client Staff { get; private set; } = null!;
    public Client Colleague { get; private set; } = null!;
    public Client Admin { get; private set; } = null!;

    /// <summary>A role that this door has nothing for.</summary>
    public Client Doctor { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Owner = await SignedInAsync("user");
        Stranger = await SignedInAsync("user");
        Staff = await SignedInAsync("staff");
        Colleague = await SignedInAsync("staff");
        Admin = await SignInAsync("admin@example.com", "admin123");
        Doctor = await SignInAsync("doctor@example.com", "doctor123");
    }

    /// <summary>A program with a key of this scope, which acts as the built-in assistant.</summary>
    public async Task<Client> KeyAsync(string scope)
    {
        var made = await (await Admin.PostJsonAsync("/api/v1/api-keys", new { name = "Program", scopes = new[] { scope } })).ShouldAnswerAsync(201);
        return Client.WithKey(Address, made.Text("key")!);
    }
}
