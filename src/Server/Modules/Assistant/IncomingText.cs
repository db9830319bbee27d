using System.Text;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Makes what a provider sends storable, the same however it is cut into parts: line ends become LF, U+0000 is dropped, half a character becomes
/// U+FFFD. A carriage return or the first half of a character at the end of a part waits for what follows.
/// </summary>
internal sealed class IncomingText
{
    char waiting; // '\r', a high surrogate, or nothing ('\0')

    public string Take(string part)
    {
        if (waiting == '\0' && part.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 && part.AsSpan().IndexOfAny('\r', '\0') < 0) return part;
        var text = new StringBuilder(part.Length + 1);
        foreach (var next in part)
        {
            var before = waiting;
            waiting = '\0';
            if (before == '\r')
            {
                text.Append('\n');
                if (next == '\n') continue;
            }
            else if (before != '\0')
            {
                if (char.IsLowSurrogate(next))
                {
                    text.Append(before).Append(next);
                    continue;
                }
                text.Append('\ufffd');
            }
            if (next == '\r' || char.IsHighSurrogate(next)) waiting = next;
            else if (next != '\0') text.Append(char.IsLowSurrogate(next) ? '\ufffd' : next);
        }
        return text.ToString();
    }

    /// <summary>What waits, once nothing follows any more.</summary>
    public string End()
    {
        var last = waiting switch { '\0' => "", '\r' => "\n", _ => "\ufffd" };
        waiting = '\0';
        return last;
    }

    /// <summary>Forgets what waits: the text broke off there, and goes on from another source.</summary>
    public void BreakOff() => waiting = '\0';
}
