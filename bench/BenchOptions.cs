namespace Consilium.Bench;

/// <summary>What to measure, from the command line: <c>--rounds 3 --seconds 4 --threads 1000 --only post</c>.</summary>
internal sealed record BenchOptions(int Rounds, double Seconds, int Threads, string? Only)
{
    public static BenchOptions Parse(string[] args)
    {
        string? Value(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
        return new(int.Parse(Value("--rounds") ?? "3"), double.Parse(Value("--seconds") ?? "4"), int.Parse(Value("--threads") ?? "1000"), Value("--only"));
    }
}
