using System.Globalization;
using System.Text;
using Consilium.Platform.Realtime;

namespace Consilium.Modules.Tickets;

/// <summary>A place in the text of an answer, as clients name it: <c>run:offset</c>.</summary>
/// <param name="Offset">UTF-16 units before it.</param>
internal readonly record struct AnswerPlace(Guid RunId, int Offset)
{
    public static bool TryParse(string text, out AnswerPlace place)
    {
        place = default;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !Guid.TryParseExact(text.AsSpan(0, colon), "D", out var run)
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) return false;
        place = new(run, offset);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{RunId}:{Offset}");
}

/// <summary>How an answer looks on the wire: its text in numbered frames, and the frame that says that it is whole.</summary>
internal static class AnswerFrames
{
    const string DoneText = "[DONE]";

    public static ServerSentEvent Done { get; } = new(null, null, Encoding.UTF8.GetBytes(DoneText));

    /// <summary>The frames of a piece of text that ends at the place. None for no text; two where one would read like the end.</summary>
    public static IEnumerable<ServerSentEvent> Of(AnswerPlace end, string text)
    {
        if (text.Length == 0) yield break;
        if (text == DoneText)
        {
            yield return Frame(end with { Offset = end.Offset - 1 }, text[..^1]);
            text = text[^1..];
        }
        yield return Frame(end, text);
    }

    static ServerSentEvent Frame(AnswerPlace end, string text) => new(end.ToString(), null, Encoding.UTF8.GetBytes(text));
}
