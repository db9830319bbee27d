using Microsoft.Extensions.AI;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>Reads a rendered prompt back, as strictly as can be: whoever could forge a block would show here as a block too many.</summary>
internal static class PromptReader
{
    const string Omitted = "<omitted/>";

    internal sealed record Block(string Label, string Text)
    {
        public string Name => Label.Split(' ')[0];
    }

    /// <summary>The blocks of people's turns, in order; of the assistant's turns, one with the label <c>assistant</c> each.</summary>
    public static List<Block> Read(IEnumerable<ChatMessage> messages) => [.. messages.Where(m => m.Role != ChatRole.System)
        .SelectMany(m => m.Role == ChatRole.Assistant ? [new Block("assistant", m.Text)] : Blocks(m.Text))];

    static List<Block> Blocks(string turn)
    {
        var blocks = new List<Block>();
        for (var at = 0; at < turn.Length;)
        {
            if (blocks.Count > 0)
            {
                turn.Substring(at, 2).ShouldBe("\n\n", "between blocks");
                at += 2;
            }
            if (turn.AsSpan(at).StartsWith(Omitted))
            {
                blocks.Add(new("omitted", ""));
                at += Omitted.Length;
                continue;
            }
            turn[at].ShouldBe('<', "the beginning of a block");
            var open = turn.IndexOf(">\n", at, StringComparison.Ordinal);
            var label = turn[(at + 1)..open];
            var close = $"\n</{label.Split(' ')[0]}>";
            var end = turn.IndexOf(close, open + 1, StringComparison.Ordinal);
            end.ShouldBeGreaterThan(open, "the end of a block");
            blocks.Add(new(label, Unescape(end == open + 1 ? "" : turn[(open + 2)..end])));
            at = end + close.Length;
        }
        return blocks;
    }

    static string Unescape(string body)
    {
        body.Replace(Omitted, "", StringComparison.Ordinal).ShouldNotContain("<");
        return body.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&#91;", "[", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal);
    }
}
