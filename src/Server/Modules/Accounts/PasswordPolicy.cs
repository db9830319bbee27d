using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Modules.Accounts;

/// <summary>
/// What makes a password acceptable (NIST SP 800-63B-4): long enough, not easily guessed, no composition rules. Development asks for 8
/// characters alone, Production for 15 that are not made of common words, sequences and repeats. Characters are code
/// points of <see cref="PasswordText"/>.
/// </summary>
internal sealed class PasswordPolicy(int minimumLength, bool refuseGuessable) : IPasswordPolicy
{
    public const int MaximumLength = 128;

    public static PasswordPolicy For(IConfiguration configuration, IHostEnvironment environment) => new(
        configuration.GetValue("Accounts:MinimumPasswordLength", environment.IsDevelopment() ? 8 : 15),
        refuseGuessable: !environment.IsDevelopment());

    public string? Fault(string typed, string? email)
    {
        var password = PasswordText.Of(typed);
        var length = password.EnumerateRunes().Count();
        if (length < minimumLength) return $"must have at least {minimumLength} characters";
        if (length > MaximumLength) return $"must have at most {MaximumLength} characters";
        if (password.Contains('\0')) return "must not contain the character NUL";
        return refuseGuessable && GuessablePassword.Is(password, email) ? "is too easy to guess" : null;
    }
}
