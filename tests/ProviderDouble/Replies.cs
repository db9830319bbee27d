namespace Consilium.ProviderDoubles;

/// <summary>What a provider does that works.</summary>
public static class Replies
{
    /// <summary>These tokens, with a pause before each, and a proper end.</summary>
    public static Reply Answer(IEnumerable<string> tokens, TimeSpan pause = default) => From(_ => tokens, pause);

    /// <summary>Goes on where the request says that the answer has come to: with the rest of this one, wherever a token was cut.</summary>
    public static Reply GoOn(IReadOnlyList<string> tokens) => From(request => After(tokens, request.Said.Length));

    /// <summary>Goes on as well, but says the last characters of what was said once more.</summary>
    public static Reply GoOnRepeating(IReadOnlyList<string> tokens, int characters) =>
        From(request => After(tokens, Math.Max(0, request.Said.Length - characters)));

    /// <summary>An answer that depends on the request.</summary>
    public static Reply From(Func<ProviderRequest, IEnumerable<string>> tokens, TimeSpan pause = default) => async exchange =>
    {
        await exchange.HeadAsync();
        await exchange.RoleAsync();
        foreach (var token in tokens(exchange.Request))
        {
            if (pause > TimeSpan.Zero) await exchange.PauseAsync(pause);
            await exchange.TokenAsync(token);
        }
        await exchange.CompleteAsync();
    };

    /// <summary>Says so many tokens of an answer, then hangs until the client hangs up.</summary>
    public static Reply HangAfter(int count, IEnumerable<string> tokens) => async exchange =>
    {
        await BeginAsync(exchange, tokens.Take(count));
        await exchange.HangAsync();
    };

    /// <summary>Says so many tokens of an answer, then the connection ends: with FIN, or with RST.</summary>
    public static Reply CutAfter(int count, IEnumerable<string> tokens, bool reset = false) => async exchange =>
    {
        await BeginAsync(exchange, tokens.Take(count));
        if (reset) exchange.Reset();
    };

    /// <summary>The head and these tokens; what follows is the caller's.</summary>
    public static async Task BeginAsync(Exchange exchange, IEnumerable<string> tokens)
    {
        await exchange.HeadAsync();
        await exchange.RoleAsync();
        foreach (var token in tokens) await exchange.TokenAsync(token);
    }

    static IEnumerable<string> After(IEnumerable<string> tokens, int characters)
    {
        foreach (var token in tokens)
        {
            if (characters < token.Length) yield return token[characters..];
            characters = Math.Max(0, characters - token.Length);
        }
    }
}
