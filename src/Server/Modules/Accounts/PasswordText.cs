using System.Globalization;
using Consilium.Platform.Text;

namespace Consilium.Modules.Accounts;

/// <summary>
/// Passwords as they count, however a keyboard spells them: in canonical composition, every space an ordinary one (RFC 8265's OpaqueString; NIST SP
/// 800-63B, 3.1.1.2). Nothing else is changed.
/// </summary>
internal static class PasswordText
{
    const char Space = ' ';

    public static string Of(string typed) => CanonicalText.Of(string.Create(typed.Length, typed, static (text, typed) =>
    {
        for (var i = 0; i < text.Length; i++)
            text[i] = CharUnicodeInfo.GetUnicodeCategory(typed[i]) == UnicodeCategory.SpaceSeparator ? Space : typed[i];
    }));
}
