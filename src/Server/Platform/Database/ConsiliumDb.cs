using Microsoft.EntityFrameworkCore;

namespace Consilium.Platform.Database;

/// <summary>The one EF Core context. Every module maps its own entities, in its own schema, under <c>Modules/&lt;Module&gt;/Data</c>.</summary>
internal sealed class ConsiliumDb(DbContextOptions<ConsiliumDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(ConsiliumDb).Assembly);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Conventions.Add(_ => new SnakeCaseNames());
}
