using System.Text.RegularExpressions;

namespace Consilium.Modules.Accounts;

/// <summary>E-mail addresses as accounts use them: kept as given, compared without case.</summary>
internal static partial class EmailAddress
{
    public const int MaxLength = 254;

    public static bool IsValid(string? text) =>
        text is { Length: > 0 and <= MaxLength } && text.IndexOf('@', StringComparison.Ordinal) is > 0 and <= 64 && Syntax().IsMatch(text);

    /// <summary>What two spellings of one address have in common.</summary>
    public static string Key(string email) => email.Trim().ToLowerInvariant();

    const string Letters = @"[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+";
    const string Label = @"[\p{L}\p{N}]([\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?";

    // RFC 5321's Mailbox without quoted local parts and address literals, with letters of any script (RFC 6531).
    [GeneratedRegex($@"^{Letters}(\.{Letters})*@({Label}\.)+{Label}\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Syntax();
}
