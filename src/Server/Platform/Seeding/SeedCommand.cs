using System.Globalization;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Npgsql;

namespace Consilium.Platform.Seeding;

/// <summary>The command <c>seed --patients N --messages M</c>: fills a database of Development with invented people and papers, each time with more.</summary>
internal static class SeedCommand
{
    /// <summary>Of everybody who is invented.</summary>
    public const string Password = "seeded demo 123";

    const string Usage = "Say how much: seed --patients 1000 [--messages 20000] [--doctors 100] [--hospitals 11] [--appointments 2000] [--seed 1].";

    const int MaxPeople = 10_000_000;
    const long MaxMessages = 1_000_000_000;

    static readonly string[] Options = ["patients", "messages", "doctors", "hospitals", "appointments", "seed"];

    /// <summary>What to run instead of the server; null when the arguments ask for the server.</summary>
    public static Func<WebApplication, Task<int>>? AskedBy(string[] args) => args is ["seed", .. var options] ? app => RunAsync(app, options) : null;

    /// <exception cref="StartException">The arguments make no plan; the message says why.</exception>
    public static SeedPlan Plan(IReadOnlyList<string> arguments, DateTimeOffset now)
    {
        var given = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var name = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i][2..] : "";
            if (!Options.Contains(name)) throw new StartException($"There is no option '{arguments[i]}'. {Usage}");
            if (i + 1 == arguments.Count || !long.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new StartException($"--{name} needs a whole number. {Usage}");
            if (!given.TryAdd(name, number)) throw new StartException($"--{name} is said twice. {Usage}");
        }
        if (!given.TryGetValue("patients", out var patients)) throw new StartException(Usage);
        return new(
            Number("patients", 1, patients), Number("doctors", 1, Math.Max(1, patients / 10)), Number("hospitals", 1, patients / 100 + 1),
            Number("appointments", 0, 2 * patients), given.GetValueOrDefault("messages") is <= MaxMessages and var messages ? messages
                : throw new StartException($"--messages must be at most {MaxMessages}."),
            given.GetValueOrDefault("seed", 1), new(now.UtcDateTime.Date, TimeSpan.Zero));

        int Number(string name, int least, long otherwise) => given.GetValueOrDefault(name, otherwise) is var number && number >= least && number <= MaxPeople
            ? (int)number
            : throw new StartException(string.Create(CultureInfo.InvariantCulture, $"--{name} must be {least} to {MaxPeople}."));
    }

    static async Task<int> RunAsync(WebApplication app, string[] options)
    {
        if (!app.Environment.IsDevelopment())
            throw new StartException($"Invented people are for Development: this is {app.Environment.EnvironmentName} (ASPNETCORE_ENVIRONMENT).");
        var plan = Plan(options, app.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        await app.Services.GetRequiredService<DatabaseStartup>().StartingAsync(app.Lifetime.ApplicationStopping);
        await RunAsync(app.Services, plan, Console.Out, app.Lifetime.ApplicationStopping);
        Console.WriteLine($"Done. All of them log in with '{Password}': {plan.Key("patient", 0)}@example.com, {plan.Key("doctor", 0)}@example.com …");
        return 0;
    }

    /// <summary>What the command does, once the database is there.</summary>
    public static async Task RunAsync(IServiceProvider services, SeedPlan plan, TextWriter console, CancellationToken cancellationToken)
    {
        var writer = new SeedWriter(services.GetRequiredService<NpgsqlDataSource>(), console);
        foreach (var seeder in services.GetServices<ISeeder>().OrderBy(seeder => seeder.Order)) await seeder.RunAsync(plan, writer, cancellationToken);
        await writer.AnalyzeAsync(cancellationToken);
    }
}
