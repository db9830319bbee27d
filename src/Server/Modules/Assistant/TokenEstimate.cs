using Microsoft.Extensions.AI;

namespace Consilium.Modules.Assistant;

/// <summary>
/// How many tokens a text will be, on the safe side and without any provider's tokenizer: three ASCII letters or spaces are one token, and so are two
/// bytes (UTF-8) of anything else. English and German need about four letters for a token, Cyrillic and Chinese between two and three bytes.
/// </summary>
internal static class TokenEstimate
{
    /// <summary>What the wire format adds to each message.</summary>
    public const int PerMessage = 8;

    const int PartsOfToken = 6;

    public static int Of(ReadOnlySpan<char> text)
    {
        long parts = 0;
        foreach (var unit in text) parts += Parts(unit);
        return (int)Math.Min(int.MaxValue, (parts + PartsOfToken - 1) / PartsOfToken);
    }

    public static int Of(IEnumerable<ChatMessage> messages) => messages.Sum(message => Of(message.Text) + PerMessage);

    /// <summary>How many UTF-16 units from the beginning are at most so many tokens.</summary>
    public static int FittingAtBeginning(ReadOnlySpan<char> text, int tokens)
    {
        var parts = (long)tokens * PartsOfToken;
        for (var i = 0; i < text.Length; i++)
            if ((parts -= Parts(text[i])) < 0) return i;
        return text.Length;
    }

    /// <summary>How many UTF-16 units from the end are at most so many tokens.</summary>
    public static int FittingAtEnd(ReadOnlySpan<char> text, int tokens)
    {
        var parts = (long)tokens * PartsOfToken;
        for (var i = text.Length - 1; i >= 0; i--)
            if ((parts -= Parts(text[i])) < 0) return text.Length - 1 - i;
        return text.Length;
    }

    static int Parts(char unit) => unit switch
    {
        ' ' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') => 2,
        < '\u0080' => 3,
        < '\u0800' => 6,
        _ => char.IsSurrogate(unit) ? 6 : 9,
    };
}
