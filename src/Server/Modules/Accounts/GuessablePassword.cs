using Consilium.Platform.Text;

namespace Consilium.Modules.Accounts;

/// <summary>
/// Recognises long passwords that are still among the first to be tried: common words, words of this product, the user's own e-mail,
/// keyboard walks, runs and repeats, in any order and with the usual letter swaps. What remains after taking those away must be
/// enough on its own.
/// </summary>
internal static class GuessablePassword
{
    const int EnoughLeft = 6;

    static readonly string[] Words =
    [
        .. """
            consilium clinic hospital doctor patient medical medicine health healthcare nurse practice appointment assistant staff admin
            administrator password passwort passphrase passcode secret welcome letmein login account user username guest default changeme
            change example temporary test testing demo sample please enter access trust trustno correct horse battery staple monkey dragon
            sunshine princess football baseball superman batman master shadow michael jordan charlie freedom whatever iloveyou love forever
            hello world computer internet server database system network company office summer winter spring autumn january february march
            april june july august september october november december monday tuesday wednesday thursday friday saturday sunday
            google facebook microsoft windows linux samsung starwars pokemon qwerty qwertz azerty asdf zxcv abc
            """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).OrderByDescending(word => word.Length),
    ];

    static readonly string[] Walks =
    [
        "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm",
        "1q2w3e4r5t6y7u8i9o0p", "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    ];

    public static bool Is(string password, string? email)
    {
        var plain = password.ToLowerInvariant();
        return Left(plain, email) < EnoughLeft || Left(WithoutSwaps(plain), email) < EnoughLeft;
    }

    static int Left(string text, string? email)
    {
        var own = CanonicalText.Of(email ?? "").ToLowerInvariant().Split('@', '.', '-', '_', '+').Where(part => part.Length >= 4);
        foreach (var word in own.Concat(Words)) text = text.Replace(word, " ", StringComparison.Ordinal);
        return CountUnpredictable(text);
    }

    /// <summary>Characters that neither repeat (with a period of up to four) nor continue a walk of three or more.</summary>
    static int CountUnpredictable(string text)
    {
        var predictable = new bool[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            predictable[i] |= char.IsWhiteSpace(text[i]);
            for (var period = 1; period <= 4 && i + 1 >= 2 * period; period++)
                if (text.AsSpan(i + 1 - period, period).SequenceEqual(text.AsSpan(i + 1 - 2 * period, period)))
                    Mark(predictable, i + 1 - period, period);
            if (i >= 2 && IsWalk(text.AsSpan(i - 2, 3))) Mark(predictable, i - 2, 3);
        }
        return text.Where((_, i) => !predictable[i]).Distinct().Count();
    }

    static bool IsWalk(ReadOnlySpan<char> three)
    {
        ReadOnlySpan<char> reversed = [three[2], three[1], three[0]];
        foreach (var walk in Walks)
            if (walk.AsSpan().IndexOf(three) >= 0 || walk.AsSpan().IndexOf(reversed) >= 0) return true;
        return false;
    }

    static void Mark(bool[] marks, int start, int length) => marks.AsSpan(start, length).Fill(true);

    static string WithoutSwaps(string text) => string.Create(text.Length, text, static (swapped, original) =>
    {
        for (var i = 0; i < swapped.Length; i++)
            swapped[i] = original[i] switch
            {
                '0' => 'o', '1' or '!' => 'i', '3' => 'e', '4' or '@' => 'a', '5' or '$' => 's', '7' => 't', '8' => 'b', var other => other,
            };
    });
}
