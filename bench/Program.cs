using Consilium.Bench;

// The bare endpoints that set the limits run in a process of their own, as the product does.
if (args is ["limits", var url, var connectionString, var directory])
{
    await LimitServer.RunAsync(url, connectionString, directory);
    return;
}

var options = BenchOptions.Parse(args);
Console.WriteLine($"Measuring {options.Rounds} interleaved rounds of {options.Seconds} s per figure; nothing else should run on this machine.");
await using var stage = await Stage.SetUpAsync(options);
var report = new Report(options);
foreach (var scenario in Scenarios.All(stage, options)) report.Add(await scenario.MeasureAsync(options));
if (options.Clinic > 0)
    foreach (var scenario in await Scenarios.OfClinicAsync(stage, options)) report.Add(await scenario.MeasureAsync(options));
Console.WriteLine(report.ToMarkdown());
