namespace Consilium.Platform.Seeding;

/// <summary>Writes a module's part of a large set of invented data, into its own tables alone.</summary>
internal interface ISeeder
{
    /// <summary>Those whose rows others point to come first.</summary>
    int Order { get; }

    Task RunAsync(SeedPlan plan, SeedWriter writer, CancellationToken cancellationToken);
}
