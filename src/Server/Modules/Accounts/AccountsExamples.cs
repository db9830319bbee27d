using Consilium.Modules.Accounts.Contracts;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Accounts;

/// <summary>What the API's document shows with this module's bodies. Nothing here opens anything.</summary>
[BodyExamples]
internal static class AccountsExamples
{
    static readonly Guid UserId = new("0199c0de-7a00-7000-8000-0000000000a1");
    static readonly Guid AdminId = new("0199c0de-7a00-7000-8000-0000000000c3");
    static readonly Guid KeyId = new("0199c0de-7a00-7000-8000-000000000301");
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    static SignUpRequest SignUp => new("somebody@example.com", "four plain words here");

    static SignUpResponse SignedUp => new(UserId, "somebody@example.com", Role.User, IsActive: true);

    static LogInRequest LogIn => new("somebody@example.com", "four plain words here");

    static LogInResponse LoggedIn => new("eyJhbGciOiJFUzI1NiIs…", "cnr_9n0x…", "bearer", 900, UserId, Role.User, ProfileId: null);

    static RefreshRequest Refresh => new("cnr_9n0x…");

    static ChangePasswordRequest ChangePassword => new("four plain words here", "five other plain words here");

    static CreateUserRequest CreateUser => new("colleague@example.com", "four plain words here", "staff", "Front desk", Contact: null, Address: null);

    static CreateUserRequest CreateAssistant => 
        new("triage@example.com", Password: null, "assistant", "Triage assistant", Contact: null, Address: null);

    static UpdateUserRequest UpdateUser => new("Front desk", "+00 0000 0000", Address: null, IsActive: null);

    static UserResponse User => new(UserId, "somebody@example.com", Name: null, Role.User, Contact: null, Address: null, IsActive: true, ProfileId: null, At, At);

    static IssueStreamTicketRequest IssueStreamTicket => new("/api/v1/cases/0199c0de-7a00-7000-8000-000000000001/events");

    static StreamTicketResponse StreamTicket => new("cnt_2f6c…", 30);

    static CreateApiKeyRequest CreateApiKey => new("Triage assistant", ["cases:write"], At.AddYears(1), AccountId: null);

    static CreateApiKeyResponse CreatedApiKey => new(
        KeyId, "Triage assistant", "cns_1a2b", "cns_1a2b…", ["cases:write"], AssistantAccount.Id, AdminId, At, At.AddYears(1));

    static ApiKeyResponse ApiKey => new(
        KeyId, "Triage assistant", "cns_1a2b", ["cases:write"], AssistantAccount.Id, AdminId, At, At.AddYears(1), RevokedAt: null, LastUsedAt: At.AddDays(1));
}
