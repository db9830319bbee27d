using System.Text;
using System.Text.RegularExpressions;
using Consilium.Platform.Text;

namespace Consilium.Modules.Accounts;

/// <summary>E-mail addresses as accounts use them: kept and shown as they were typed, compared by a canonical form (<see cref="KeyOf"/>).</summary>
internal static partial class EmailAddress
{
    public const int MaxLength = 254;

    const int MaxLocalPart = 64;
    const char Kelvin = '\u212a'; // canonically a K, and yet another mailbox than one with a K

    public static bool IsValid(string? text) => text is not null && KeyOf(text) is not null;

    /// <summary>
    /// What all spellings of one mailbox have in common, and no two mailboxes: the part before the @ in canonical composition and lower case, the
    /// domain in ASCII. Null for what is no address.
    /// </summary>
    public static string? KeyOf(string address)
    {
        var at = address.LastIndexOf('@');
        if (at is <= 0 or > MaxLocalPart || address.Length > MaxLength || !LocalPart().IsMatch(address[..at])) return null;
        return DomainName.ToAscii(address[(at + 1)..]) is { } domain ? $"{LowerCase(Composed(address[..at]))}@{domain}" : null;
    }

    static string Composed(string local) => string.Join(Kelvin, local.Split(Kelvin).Select(CanonicalText.Of));

    /// <summary>
    /// Only letters that come in pairs change: the dotted capital I and the Kelvin sign would become an i and a k, which belong to others.
    /// </summary>
    static string LowerCase(string local)
    {
        var lower = new StringBuilder(local.Length);
        foreach (var letter in local.EnumerateRunes())
        {
            var small = Rune.ToLowerInvariant(letter);
            lower.Append(Rune.ToUpperInvariant(small) == letter ? small : letter);
        }
        return lower.ToString();
    }

    const string Letters = @"[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+";

    // RFC 5321's Dot-string, with letters of any script (RFC 6531).
    [GeneratedRegex($@"^{Letters}(\.{Letters})*\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LocalPart();
}
