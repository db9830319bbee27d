using System.CommandLine;
using Consilium.Platform.Commands;
using Consilium.Platform.Database;
using Consilium.Platform.Hosting;
using Npgsql;

namespace Consilium.Platform.Seeding;

/// <summary>The command <c>seed --patients N</c>: fills a database of Development with invented people and papers, each time with more.</summary>
internal static class SeedCommand
{
    /// <summary>Of everybody who is invented.</summary>
    public const string Password = "seeded demo 123";

    const int MaxPeople = 10_000_000;
    const long MaxMessages = 1_000_000_000;

    public static Command Command(RunCommand run)
    {
        var patients = Amount<int>("--patients", "Patients to invent.", 1, MaxPeople);
        var doctors = Amount<int?>("--doctors", "Doctors. A tenth of the patients without it.", 1, MaxPeople);
        var hospitals = Amount<int?>("--hospitals", "Hospitals. A hundredth of the patients without it.", 1, MaxPeople);
        var appointments = Amount<int?>("--appointments", "Appointments. Two for each patient without it.", 0, MaxPeople);
        var messages = Amount<long>("--messages", "Messages in cases. None without it.", 0, MaxMessages);
        var seed = Amount<long>("--seed", "Names, words and ids follow from this number.", 0, long.MaxValue);
        patients.Required = true;
        seed.DefaultValueFactory = _ => 1;
        var command = new Command("seed", "Fills a database of Development with invented people and papers. A second run adds more.")
        {
            patients, doctors, hospitals, appointments, messages, seed,
        };
        command.SetAction(line => run(line, app => RunAsync(app, Plan(
            app.Services.GetRequiredService<TimeProvider>().GetUtcNow(), line.GetRequiredValue(patients), line.GetValue(doctors),
            line.GetValue(hospitals), line.GetValue(appointments), line.GetValue(messages), line.GetValue(seed)))));
        return command;
    }

    /// <summary>Completes what was left out.</summary>
    public static SeedPlan Plan(
        DateTimeOffset now, int patients, int? doctors = null, int? hospitals = null, int? appointments = null, long messages = 0, long seed = 1) =>
        new(patients, doctors ?? Math.Max(1, patients / 10), hospitals ?? patients / 100 + 1, appointments ?? Math.Min(2 * patients, MaxPeople),
            messages, seed, new(now.UtcDateTime.Date, TimeSpan.Zero));

    static Option<T> Amount<T>(string name, string description, long least, long most) =>
        new(name) { HelpName = "number", Description = description, CustomParser = WholeNumber.From<T>(least, most) };

    static async Task<int> RunAsync(WebApplication app, SeedPlan plan)
    {
        if (!app.Environment.IsDevelopment())
            throw new StartException($"Invented people are for Development: this is {app.Environment.EnvironmentName} (ASPNETCORE_ENVIRONMENT).");
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
