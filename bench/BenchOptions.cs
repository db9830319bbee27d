namespace Consilium.Bench;

/// <summary>What to measure, from the command line: <c>--rounds 3 --seconds 4 --threads 1000 --only post --clinic 1000000</c>.</summary>
/// <param name="Clinic">How many messages a clinic of 10 000 patients has, whose lists and searches are measured as well; 0 for none.</param>
internal sealed record BenchOptions(int Rounds, double Seconds, int Threads, string? Only, long Clinic)
{
    public static BenchOptions Parse(string[] args)
    {
        string? Value(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
        return new(int.Parse(Value("--rounds") ?? "3"), double.Parse(Value("--seconds") ?? "4"), int.Parse(Value("--threads") ?? "1000"), Value("--only"), long.Parse(Value("--clinic") ?? "0"));
    }
}
