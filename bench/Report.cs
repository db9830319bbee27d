using System.Text;

namespace Consilium.Bench;

/// <summary>The table: medians of the rounds, the product's ratio to each limit, and the spread of the product's rounds.</summary>
internal sealed class Report(BenchOptions options)
{
    readonly List<Measured> lines = [];

    public void Add(Measured measured) => lines.Add(measured);

    public string ToMarkdown()
    {
        var table = new StringBuilder();
        table.AppendLine().AppendLine($"Medians of {options.Rounds} interleaved rounds of {options.Seconds} s on {Environment.ProcessorCount} cores.").AppendLine()
            .AppendLine("| what | product /s (spread) | p50 ms | p99 ms | p99 ÷ p50 | RAW /s | ÷ RAW | PG /s | ÷ PG | JSON /s | ÷ JSON |")
            .AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var line in lines.Where(l => !l.IsLatency))
        {
            var rate = Median(line.Product, s => s.PerSecond);
            var (p50, p99) = (Median(line.Product, s => s.P50), Median(line.Product, s => s.P99));
            var spread = (line.Product.Max(s => s.PerSecond) - line.Product.Min(s => s.PerSecond)) / rate;
            table.Append($"| {line.Name} | {rate:N0} (±{spread / 2:P0}) | {p50:F2} | {p99:F2} | {p99 / p50:F1} |");
            foreach (var name in (string[])["RAW", "PG", "JSON"])
            {
                var limit = line.Limits.FirstOrDefault(l => l.Name == name).Samples;
                table.Append(limit is null ? " – | – |" : $" {Median(limit, s => s.PerSecond):N0} | {rate / Median(limit, s => s.PerSecond):F2} |");
            }
            table.AppendLine();
        }
        return table.Append(Latencies()).ToString();
    }

    string Latencies()
    {
        var table = new StringBuilder().AppendLine().AppendLine("| what | p50 ms | p99 ms (spread) | against | p50 ms | p99 ms | p99 ÷ p99 |").AppendLine("|---|---|---|---|---|---|---|");
        foreach (var line in lines.Where(l => l.IsLatency))
        {
            var (name, limit) = line.Limits.Single();
            var (p99, against) = (Median(line.Product, s => s.P99), Median(limit, s => s.P99));
            var spread = line.Product.Max(s => s.P99) - line.Product.Min(s => s.P99);
            table.AppendLine($"| {line.Name} | {Median(line.Product, s => s.P50):F2} | {p99:F2} (±{spread / 2:F2}) | {name} | {Median(limit, s => s.P50):F2} | {against:F2} | {p99 / against:F2} |");
        }
        return table.ToString();
    }

    static double Median(List<Sample> samples, Func<Sample, double> figure)
    {
        var sorted = samples.Select(figure).Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
