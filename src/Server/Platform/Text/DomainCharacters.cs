using System.Globalization;
using System.Text;

namespace Consilium.Platform.Text;

/// <summary>What UTS #46 makes of each character of a domain name: <c>domain-characters.txt</c>.</summary>
internal sealed class DomainCharacters
{
    readonly int[] starts;
    readonly Run[] runs;

    DomainCharacters(Run[] runs) => (this.runs, starts) = (runs, [.. runs.Select(run => run.From)]);

    public static DomainCharacters Load()
    {
        using var lines = new StreamReader(typeof(DomainCharacters).Assembly.GetManifestResourceStream("Text/domain-characters.txt")!);
        var found = new List<Run>();
        while (lines.ReadLine() is { } line)
            if (!line.StartsWith('#')) found.Add(Run.Of(line.Split(' ')));
        return new([.. found]);
    }

    /// <summary>Appends what the character becomes, if anything. False when no domain name has it.</summary>
    public bool TryMap(Rune rune, StringBuilder mapped)
    {
        var found = Array.BinarySearch(starts, rune.Value);
        var run = found >= 0 ? runs[found] : ~found > 0 ? runs[~found - 1] : null;
        if (run is null || rune.Value > run.To) mapped.Append(rune);
        else if (run.IsRefused) return false;
        else
            for (var i = 0; i < run.Target.Length; i++) mapped.Append(new Rune(run.Target[i] + (i == 0 ? rune.Value - run.From : 0)));
        return true;
    }

    /// <param name="Target">What its first character becomes; nothing when they are ignored.</param>
    sealed record Run(int From, int To, bool IsRefused, int[] Target)
    {
        public static Run Of(string[] words)
        {
            var ends = words[0].Split("..");
            return new(Number(ends[0]), Number(ends[^1]), words[1] == "!", words[1] is "!" or "-" ? [] : [.. words.Skip(1).Select(Number)]);
        }

        static int Number(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.AllowHexSpecifier);
    }
}
