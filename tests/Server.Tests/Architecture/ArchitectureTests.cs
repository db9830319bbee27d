using System.Reflection;
using Consilium.Platform.Database;

namespace Consilium.Tests.Architecture;

/// <summary>The rules of ARCHITECTURE, held by the compiled server. That each of them can fail is shown in <see cref="PlantedBreachTests"/>.</summary>
public sealed class ArchitectureTests
{
    static readonly Assembly Server = typeof(ConsiliumDb).Assembly;

    [Fact]
    public void Only_Program_knows_the_modules() => ArchitectureRules.OnlyProgramKnowsModules(Server).ShouldBeEmpty();

    [Fact]
    public void A_module_uses_the_contracts_of_another_and_nothing_else_of_it() => ArchitectureRules.ContractsOnly(Server).ShouldBeEmpty();

    [Fact]
    public void A_module_calls_those_alone_that_the_table_allows() => ArchitectureRules.CallsInTheTable(Server).ShouldBeEmpty();

    [Fact]
    public void Every_module_stands_in_the_table() => ArchitectureRules.ModulesInTheTable(Server).ShouldBeEmpty();

    [Fact]
    public void Modules_are_flat() => ArchitectureRules.FlatModules(Server).ShouldBeEmpty();

    [Fact]
    public void Names_tell_something() => ArchitectureRules.TellingNames(Server).ShouldBeEmpty();

    [Fact]
    public void Only_contracts_are_public() => ArchitectureRules.InternalByDefault(Server).ShouldBeEmpty();

    [Fact]
    public void Classes_are_sealed() => ArchitectureRules.SealedByDefault(Server).ShouldBeEmpty();

    [Fact]
    public void Sql_names_the_tables_of_its_own_module_and_of_others_only_their_access_views() => ArchitectureRules.SqlOfOnesOwn(Server).ShouldBeEmpty();

    [Fact]
    public void No_file_is_too_long() => SourceRules.ShortFiles(Repository.Root).ShouldBeEmpty();

    [Fact]
    public void What_people_send_is_trimmed_by_one_rule() =>
        SourceRules.TextsTrimmedByOneRule(Path.Combine(Repository.Root, "src", "Server", "Modules")).ShouldBeEmpty();

    [Theory]
    [InlineData("src/Server", "Consilium")]
    [InlineData("src/Postgres", "Consilium.Postgres")]
    [InlineData("tests/ProviderDouble", "Consilium.ProviderDoubles")]
    [InlineData("tests/Server.Tests", "Consilium.Tests")]
    public void Namespaces_are_like_folders(string project, string root) =>
        SourceRules.NamespacesLikeFolders(Path.Combine(Repository.Root, project), root).ShouldBeEmpty();

    [Fact]
    public void The_scan_sees_the_references_that_are_known_to_be_there()
    {
        var seen = TypeReferences.In(Server).Select(r => $"{r.From.Name} {r.To.Name}").ToHashSet(StringComparer.Ordinal);

        seen.ShouldContain("Program AuditModule");
        seen.ShouldContain("PlatformModule DatabaseModule");
        seen.ShouldContain("AuditTrail IAuditTrail");
        TypeReferences.LiteralsIn(Server).ShouldContain(l => l.From.Name == "AuditWriter" && l.Text.Contains("INSERT INTO audit.entries", StringComparison.Ordinal));
    }
}
