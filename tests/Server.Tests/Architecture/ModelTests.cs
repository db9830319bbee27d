using Consilium.Platform.Database;
using Microsoft.EntityFrameworkCore;

namespace Consilium.Tests.Architecture;

public sealed class ModelTests : DatabaseTest
{
    const string Tables = """
        CREATE SCHEMA planted;
        CREATE TABLE planted.wards (id uuid PRIMARY KEY);
        CREATE TABLE planted.beds (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, label varchar(40) NOT NULL, note text, ward_id uuid NOT NULL REFERENCES planted.wards,
            words tsvector GENERATED ALWAYS AS (to_tsvector('simple', label)) STORED);
        CREATE UNIQUE INDEX beds_by_label ON planted.beds (ward_id, label);
        """;

    [Fact]
    public async Task The_model_and_the_migrated_database_say_the_same()
    {
        await using var db = new ConsiliumDb(new DbContextOptionsBuilder<ConsiliumDb>().UseNpgsql(Database.Source).Options);

        (await ModelDifferences.FindAsync(db, Database)).ShouldBeEmpty();
        db.Model.GetEntityTypes().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_model_like_its_tables_has_no_differences() => (await PlantedDifferencesAsync("SELECT 1")).ShouldBeEmpty();

    [Theory]
    [InlineData("ALTER TABLE planted.beds RENAME TO berths", "planted.beds: no such table")]
    [InlineData("ALTER TABLE planted.beds DROP COLUMN note", "planted.beds.note: no such column")]
    [InlineData("ALTER TABLE planted.beds RENAME note TO remark", "planted.beds.note: no such column")]
    [InlineData("ALTER TABLE planted.beds ADD floor integer", "planted.beds.floor: not in the model")]
    [InlineData("ALTER TABLE planted.beds ALTER note TYPE varchar(10)", "planted.beds.note: type 'text' in the model, 'character varying(10)' in the database")]
    [InlineData("ALTER TABLE planted.beds DROP words, ALTER label TYPE varchar(41)", "planted.beds.label: type 'character varying(40)' in the model, 'character varying(41)' in the database")]
    [InlineData("ALTER TABLE planted.beds ALTER label DROP NOT NULL", "planted.beds.label: null 'not null' in the model, 'null' in the database")]
    [InlineData("ALTER TABLE planted.beds ALTER note SET NOT NULL", "planted.beds.note: null 'null' in the model, 'not null' in the database")]
    [InlineData("ALTER TABLE planted.beds ALTER id DROP IDENTITY", "planted.beds.id: value 'always' in the model, 'given' in the database")]
    [InlineData("ALTER TABLE planted.beds DROP CONSTRAINT beds_pkey, ADD PRIMARY KEY (label)", "planted.beds: primary key 'id' in the model, 'label' in the database")]
    [InlineData("ALTER TABLE planted.beds DROP CONSTRAINT beds_ward_id_fkey", "planted.beds: no FOREIGN KEY (ward_id) REFERENCES planted.wards(id)")]
    [InlineData("DROP INDEX planted.beds_by_label", "planted.beds: no UNIQUE INDEX (ward_id, label)")]
    [InlineData("DROP INDEX planted.beds_by_label; CREATE INDEX beds_by_label ON planted.beds (ward_id, label)", "planted.beds: no UNIQUE INDEX (ward_id, label)")]
    [InlineData("DROP INDEX planted.beds_by_label; CREATE UNIQUE INDEX beds_by_label ON planted.beds (label)", "planted.beds: no UNIQUE INDEX (ward_id, label)")]
    public async Task A_table_that_the_model_does_not_know_so_is_found(string change, string difference) =>
        (await PlantedDifferencesAsync(change)).ShouldContain(difference);

    async Task<List<string>> PlantedDifferencesAsync(string change)
    {
        await Database.ExecuteAsync(Tables);
        await Database.ExecuteAsync(change);
        await using var db = new PlantedDb(new DbContextOptionsBuilder<PlantedDb>().UseNpgsql(Database.Source).Options);
        return await ModelDifferences.FindAsync(db, Database);
    }

    sealed class PlantedDb(DbContextOptions<PlantedDb> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder)
        {
            modelBuilder.Entity<Ward>().ToTable("wards", "planted");
            var beds = modelBuilder.Entity<Bed>().ToTable("beds", "planted");
            beds.Property(b => b.Id).UseIdentityAlwaysColumn();
            beds.Property(b => b.Label).HasMaxLength(40);
            beds.HasOne<Ward>().WithMany().HasForeignKey(b => b.WardId);
            beds.HasIndex(b => new { b.WardId, b.Label }).IsUnique();
        }

        protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
            configurationBuilder.Conventions.Add(_ => new SnakeCaseNames());
    }

    sealed class Ward
    {
        public Guid Id { get; init; }
    }

    sealed class Bed
    {
        public long Id { get; init; }
        public string Label { get; init; } = "";
        public string? Note { get; init; }
        public Guid WardId { get; init; }
    }
}
