using System.Text;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Takes out of a continuation what it says once more before it goes on: the whole text so far, or the last twenty characters or more of it.
/// Text is held back only as long as it may still turn out to be that.
/// </summary>
/// <param name="said">What readers have seen.</param>
/// <param name="wholeIfShort">Also takes out the whole of fewer than twenty characters: right where a model was told what was said, and begins anew;
/// wrong where it goes on by itself, as after "5" with "50".</param>
internal sealed class Repetition(string said, bool wholeIfShort)
{
    const int Shortest = 20;
    const int LongestTail = 4000; // further back than this, only the whole is looked for

    readonly StringBuilder held = new();
    List<int>? starts;
    bool over = said.Length == 0;

    /// <summary>What of the text may be given out now.</summary>
    public string Take(string text)
    {
        if (over) return text;
        held.Append(text);
        return Decide(ended: false);
    }

    /// <summary>What is left when the continuation has ended.</summary>
    public string End() => over ? "" : Decide(ended: true);

    string Decide(bool ended)
    {
        var all = held.ToString();
        var text = all.TrimStart();
        if (text.Length == 0 && !ended) return "";
        starts = (starts ?? Possible()).FindAll(start => Agrees(start, text));
        // The longest repetition is looked for: a shorter one that is found already may yet be part of it.
        if (!ended && starts.Count > 0 && said.Length - starts[0] > text.Length) return "";
        over = true;
        foreach (var start in starts)
            if (said.Length - start <= text.Length) return text[(said.Length - start)..];
        return starts is [0, ..] && text.Length >= Shortest ? "" : all; // it began anew, and ended within what was said
    }

    List<int> Possible()
    {
        var first = Math.Max(1, said.Length - LongestTail);
        var tails = Enumerable.Range(first, Math.Max(0, said.Length - Shortest - first + 1));
        return [.. said.Length >= Shortest || wholeIfShort ? [0] : (int[])[], .. tails];
    }

    bool Agrees(int start, string text)
    {
        var tail = said.AsSpan(start);
        return tail.Length > text.Length ? tail.StartsWith(text, StringComparison.Ordinal) : text.StartsWith(tail, StringComparison.Ordinal);
    }
}
