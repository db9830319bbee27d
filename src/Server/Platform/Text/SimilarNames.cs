namespace Consilium.Platform.Text;

/// <summary>
/// Whether a name is nearly another one, so that somebody probably meant that: the same letters in another case or with other separators
/// (<c>clientToken</c>), singular and plural, one slip where the known name has five letters or more, two where it has eight or more. Two neighbours
/// swapped are one slip.
/// </summary>
internal static class SimilarNames
{
    const int LettersForOneSlip = 5;
    const int LettersForTwoSlips = 8;

    /// <summary>The known name that was probably meant, the nearest one first; null when there is none.</summary>
    public static string? Meant(string given, IEnumerable<string> known)
    {
        if (given.Length > 2 * LongestOf(known) + 2) return null; // no name with so much more in it is a slip
        var bare = Bare(given);
        string? nearest = null;
        var least = int.MaxValue;
        foreach (var name in known)
            if (Distance(bare, Bare(name)) is { } distance && distance < least) (nearest, least) = (name, distance);
        return nearest;
    }

    static int LongestOf(IEnumerable<string> names) => names.Aggregate(0, (longest, name) => Math.Max(longest, name.Length));

    /// <summary>How far they are apart: 0 for the same letters; null when they are two names.</summary>
    static int? Distance(string given, string known)
    {
        if (given == known) return 0;
        if (Singular(given) == Singular(known)) return 1;
        var allowed = known.Length >= LettersForTwoSlips ? 2 : known.Length >= LettersForOneSlip ? 1 : 0;
        if (Math.Abs(given.Length - known.Length) > allowed) return null;
        return Slips(given, known) is var slips && slips <= allowed ? slips : null;
    }

    static string Bare(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    static string Singular(string name) =>
        name.Length > 4 && name.EndsWith("ies", StringComparison.Ordinal) ? name[..^3] + "y"
        : name.Length > 3 && name.EndsWith('s') && !name.EndsWith("ss", StringComparison.Ordinal) ? name[..^1]
        : name;

    /// <summary>Letters left out, put in, taken for another, or swapped with the next one: the fewest that lead from one to the other.</summary>
    static int Slips(string one, string other)
    {
        Span<int> before = stackalloc int[other.Length + 1], last = stackalloc int[other.Length + 1], row = stackalloc int[other.Length + 1];
        for (var j = 0; j <= other.Length; j++) last[j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var taken = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                row[j] = Math.Min(taken, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            last.CopyTo(before);
            row.CopyTo(last);
        }
        return last[other.Length];
    }
}
