using System.Text.RegularExpressions;

namespace Consilium.Modules.Assistant;

/// <summary>
/// A text that people wrote, in a labelled block. The text cannot close its block, open another, or speak a model's own control language: what could
/// begin any of these is written as an entity. Escaping rather than a random marker, because it holds for certain and not by luck, the same question
/// makes the same prompt (providers recognise a beginning that they have read before), and it defuses <c>&lt;|im_start|&gt;</c> and its like as well.
/// </summary>
/// <param name="Label">The name of the block, with its attributes: <c>message number="3" from="user"</c>. Never of people's making.</param>
internal sealed partial record PromptBlock(string Label, string Text)
{
    /// <summary>Stands where text was left out.</summary>
    public const string Omitted = "<omitted/>";

    const string Gap = $"\n{Omitted}\n";

    public static PromptBlock Title(string text) => new("title", text);
    public static PromptBlock Description(string text) => new("description", text);
    public static PromptBlock Message(long number, string from, string text) => new($"message number=\"{number}\" from=\"{from}\"", text);

    public static PromptBlock Question(long? number, string from, string text) =>
        new(number is null ? $"question from=\"{from}\"" : $"question number=\"{number}\" from=\"{from}\"", text);

    public string Render() => Wrap(Escape(Text));

    /// <summary>The block in at most so many tokens: when it is longer, the text's beginning and end, with <see cref="Omitted"/> between them.</summary>
    public string RenderWithin(int tokens)
    {
        var whole = Render();
        if (TokenEstimate.Of(whole) <= tokens) return whole;
        var escaped = Escape(Text);
        var half = Math.Max(0, (tokens - TokenEstimate.Of(Wrap(Gap))) / 2);
        var beginning = NotInside(escaped, TokenEstimate.FittingAtBeginning(escaped, half), -1);
        var end = NotInside(escaped, escaped.Length - TokenEstimate.FittingAtEnd(escaped, half), 1);
        return Wrap(string.Concat(escaped.AsSpan(0, beginning), Gap, escaped.AsSpan(end)));
    }

    /// <summary>
    /// For the assistant's earlier answers, which stand by themselves: the control words of models are broken by a space, for an answer may quote what
    /// somebody told it to quote.
    /// </summary>
    public static string Defuse(string text) => ControlWord().Replace(text, "$0 ");

    string Wrap(string escaped) => $"<{Label}>\n{escaped}\n</{Label.Split(' ')[0]}>";

    static string Escape(string text) => BracketWord().Replace(
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal), "&#91;");

    /// <summary>Moves a place out of an entity or a surrogate pair, in steps.</summary>
    static int NotInside(string escaped, int at, int step)
    {
        while (at > 0 && at < escaped.Length && (char.IsLowSurrogate(escaped[at]) || IsInEntity(escaped, at))) at += step;
        return at;
    }

    static bool IsInEntity(string escaped, int at)
    {
        var open = escaped.LastIndexOf('&', at - 1, Math.Min(at, 4));
        return open >= 0 && !escaped.AsSpan(open, at - open).Contains(';');
    }

    /// <summary>The bracket of <c>[INST]</c>, <c>[/INST]</c>, <c>[TOOL_CALLS]</c>.</summary>
    [GeneratedRegex(@"\[(?=/?[A-Z_]{1,40}\])", RegexOptions.None, 1000)]
    private static partial Regex BracketWord();

    [GeneratedRegex(@"\[(?=/?[A-Z_]{1,40}\])|<(?=[|\uFF5C<]|/?(s|bos|eos|pad|unk|mask|think|tool_call|tool_response|[a-z]{1,20}_of_[a-z]{1,20})>)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ControlWord();
}
