using System.Reflection;

namespace Consilium.Tests.Architecture;

/// <summary>Every rule is seen to find a breach, wherever in the code it hides.</summary>
public sealed class PlantedBreachTests
{
    const string Innocent = """
        namespace Consilium.Modules.Audit { internal sealed class Secret { public int Value; public static Secret Make() => new(); public static void Take(Secret? s) { } } }
        namespace Consilium.Modules.Audit.Contracts { public sealed record Entry(int Value); public interface ITrail { void Add(Entry entry); } }
        namespace Consilium.Modules.Threads { internal sealed class Reads { public void Do(Audit.Contracts.ITrail trail) => trail.Add(new(1)); } }
        namespace Consilium.Platform { internal sealed class Plain { } }
        """;

    [Fact]
    public void Innocent_code_breaks_no_rule()
    {
        var assembly = Planted.Assembly(Innocent);

        foreach (var rule in Rules) rule(assembly).ShouldBeEmpty(rule.Method.Name);
    }

    [Theory]
    [InlineData("class Peeks : Base { } class Base : IEnumerable<Audit.Secret> { public IEnumerator<Audit.Secret> GetEnumerator() => null; System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => null; }")]
    [InlineData("class Peeks { Audit.Secret field; }")]
    [InlineData("class Peeks { Audit.Secret[] field; }")]
    [InlineData("class Peeks { Dictionary<int, List<Audit.Secret[]>> field; }")]
    [InlineData("class Peeks { static object field = Audit.Secret.Make(); }")]
    [InlineData("class Peeks { object Property => new Audit.Secret(); }")]
    [InlineData("class Peeks { event Action<Audit.Secret> Event { add { } remove { } } }")]
    [InlineData("class Peeks { void Method(ref Audit.Secret s) { } }")]
    [InlineData("class Peeks { void Method<T>() where T : List<Audit.Secret> { } }")]
    [InlineData("class Peeks<T> where T : IEquatable<Audit.Secret> { }")]
    [InlineData("class Peeks { object Method() => new Audit.Secret(); }")]
    [InlineData("class Peeks { bool Method(object o) => o is Audit.Secret; }")]
    [InlineData("class Peeks { Type Method() => typeof(Audit.Secret); }")]
    [InlineData("class Peeks { int Method(object o) => ((Audit.Secret)o).Value; }")]
    [InlineData("class Peeks { object Method() => Array.Empty<Audit.Secret>(); }")]
    [InlineData("class Peeks { object Method() => Enumerable.Empty<int>().Select(i => new Audit.Secret()).ToList(); }")]
    [InlineData("class Peeks { async Task Method() { await Task.Yield(); Audit.Secret.Make(); await Task.Yield(); } }")]
    [InlineData("class Peeks { IEnumerable<int> Method() { yield return 1; Audit.Secret.Make(); yield return 2; } }")]
    [InlineData("class Peeks { void Method() { Local(); static void Local() => Audit.Secret.Make(); } }")]
    [InlineData("class Peeks { void Method() { Audit.Secret.Take(null); } }")]
    [InlineData("class Peeks { void Method() { try { Console.Write(1); } catch (Audit.Fault) { } } }")]
    [InlineData("class Peeks { int Method(int i) { switch (i) { case 0: return 7; case 1: return 3; case 2: return 9; case 3: return 1; case 4: return 11; } return Audit.Secret.Make().Value; } }")]
    [InlineData("class Peeks { unsafe delegate*<Audit.Secret, void> field; }")]
    [InlineData("class Peeks { unsafe object Method(void* p) => ((delegate*<Audit.Secret>)p)(); }")]
    [InlineData("class Peeks { unsafe void Method(void* p) => ((delegate*<int, List<Audit.Secret>, void>)p)(1, null); }")]
    [InlineData("[System.Diagnostics.DebuggerTypeProxy(typeof(Audit.Secret))] class Peeks { }")]
    [InlineData("class Peeks { [return: Audit.Mark] int Method() => 1; }")]
    [InlineData("class Peeks { void Method([Audit.Mark] int i) { } }")]
    [InlineData("[Audit.Mark(Types = new[] { typeof(int) })] class Peeks { }")]
    [InlineData("class Peeks { class Inner { class Deeper { object Method() => Audit.Secret.Make(); } } }")]
    [InlineData("class Peeks { double Method(double d, long l) { if (d > 1.5e300 && l > 0x7FFFFFFFFFFF) return 2; return Audit.Secret.Make().Value; } }")]
    [InlineData("record Peeks(Audit.Secret One);")]
    [InlineData("static class Peeks { static object Method() => new { Hidden = Audit.Secret.Make() }; }")]
    [InlineData("class Peeks { object Method() => (1, Audit.Secret.Make()); }")]
    public void A_use_of_what_another_module_keeps_to_itself_is_found_wherever_it_hides(string code)
    {
        var assembly = Planted.Assembly($$"""
            namespace Consilium.Modules.Audit
            {
                class Secret { public int Value; public static Secret Make() => new(); public static void Take(Secret s) { } }
                class Fault : Exception { }
                [AttributeUsage(AttributeTargets.All)] class Mark : Attribute { public Type[] Types { get; set; } }
            }
            namespace Consilium.Modules.Threads { {{code}} }
            """);

        ArchitectureRules.ContractsOnly(assembly).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_call_that_the_table_does_not_allow_is_found_even_to_contracts() =>
        ArchitectureRules.CallsInTheTable(Planted.Assembly("""
            namespace Consilium.Modules.Threads.Contracts { public sealed record Thread(int Id); }
            namespace Consilium.Modules.Audit { internal sealed class Entry { Threads.Contracts.Thread? thread; } }
            """)).ShouldBe(["Consilium.Modules.Audit.Entry uses Consilium.Modules.Threads.Contracts.Thread"]);

    [Fact]
    public void A_door_that_calls_a_door_is_found() =>
        ArchitectureRules.CallsInTheTable(Planted.Assembly("""
            namespace Consilium.Modules.Cases.Contracts { public sealed record Case(int Id); }
            namespace Consilium.Modules.Tickets { internal sealed class Ticket { Cases.Contracts.Case? from; } }
            """)).ShouldBe(["Consilium.Modules.Tickets.Ticket uses Consilium.Modules.Cases.Contracts.Case"]);

    [Fact]
    public void A_module_without_a_line_in_the_table_is_found() =>
        ArchitectureRules.ModulesInTheTable(Planted.Assembly("namespace Consilium.Modules.Weather { internal sealed class Rain; }")).ShouldBe(["Weather"]);

    [Theory]
    [InlineData("namespace Consilium.Platform.Jobs { internal sealed class Knows { object o = typeof(Modules.Audit.Contracts.ITrail); } }")]
    [InlineData("namespace Consilium { internal sealed class Wiring { object o = typeof(Modules.Audit.Contracts.ITrail); } }")]
    public void Somebody_outside_the_modules_who_knows_one_is_found(string code) =>
        ArchitectureRules.OnlyProgramKnowsModules(Planted.Assembly($$"""
            {{code}} namespace Consilium.Modules.Audit.Contracts { public interface ITrail; }
            """)).ShouldNotBeEmpty();

    [Fact]
    public void Program_may_know_them_all() =>
        ArchitectureRules.OnlyProgramKnowsModules(Planted.Assembly("""
            internal sealed class Program { object o = new Consilium.Modules.Audit.AuditModule(); }
            namespace Consilium.Modules.Audit { internal sealed class AuditModule; }
            """)).ShouldBeEmpty();

    [Theory]
    [InlineData("namespace Consilium.Modules.Cases.Commands { internal sealed class OpenCase; }")]
    [InlineData("namespace Consilium.Modules.Cases.Contracts.Events { public sealed record Opened; }")]
    public void A_module_that_grows_deep_is_found(string code) => ArchitectureRules.FlatModules(Planted.Assembly(code)).ShouldNotBeEmpty();

    [Theory]
    [InlineData("namespace Consilium.Modules.Cases { internal sealed record CaseDto; }")]
    [InlineData("namespace Consilium.Modules.Cases { internal sealed class CaseManager; }")]
    [InlineData("namespace Consilium.Modules.Cases { internal sealed class CaseAccessImpl<T>; }")]
    [InlineData("namespace Consilium.Modules.Cases { internal static class Outer { internal sealed class CaseModel; } }")]
    [InlineData("namespace Consilium.Platform.Common { internal sealed class Anything; }")]
    [InlineData("namespace Consilium.Modules.Services.Data { internal sealed class Anything; }")]
    public void A_name_that_tells_nothing_is_found(string code) => ArchitectureRules.TellingNames(Planted.Assembly(code)).Count.ShouldBe(1);

    [Fact]
    public void A_public_type_outside_of_contracts_is_found() =>
        ArchitectureRules.InternalByDefault(Planted.Assembly("""
            namespace Consilium.Modules.Cases { public sealed class Case; internal sealed class Inner { public sealed class Fine; } }
            namespace Consilium.Modules.Cases.Contracts { public sealed class Opened; }
            """)).ShouldBe(["Consilium.Modules.Cases.Case"]);

    [Fact]
    public void An_open_class_that_nobody_derives_from_is_found() =>
        ArchitectureRules.SealedByDefault(Planted.Assembly("""
            namespace Consilium.Modules.Cases { internal class Open; internal class Base<T>; internal sealed class Derived : Base<int>; internal static class Fine; internal record Loose(int Id); }
            """)).ShouldBe(["Consilium.Modules.Cases.Open", "Consilium.Modules.Cases.Loose"], ignoreOrder: true);

    [Theory]
    [InlineData("""string Method() => "SELECT id FROM audit.entries";""")]
    [InlineData("""const string Sql = "INSERT INTO audit.entries (at) VALUES (1)"; string Method() => Sql;""")]
    [InlineData("string Method(int n) => $\"SELECT {n} FROM threads.messages JOIN audit.entries e ON true WHERE x = {n}\";")]
    [InlineData("async Task Method() { await Task.Yield(); Console.Write(\"DELETE FROM audit.entries\"); }")]
    [InlineData("""void Method(string sql = "TRUNCATE audit.entries") { }""")]
    public void Sql_that_reaches_into_the_tables_of_another_module_is_found(string code) =>
        ArchitectureRules.SqlOfOnesOwn(Planted.Assembly($$"""namespace Consilium.Modules.Threads { internal sealed class Queries { {{code}} } }"""))
            .ShouldContain("Consilium.Modules.Threads.Queries names audit.entries");

    [Fact]
    public void Sql_on_ones_own_tables_and_on_access_views_is_fine_and_other_texts_are_no_sql() =>
        ArchitectureRules.SqlOfOnesOwn(Planted.Assembly("""
            namespace Consilium.Modules.Threads
            {
                internal sealed class Queries
                {
                    string Own() => "SELECT id FROM threads.messages JOIN accounts.access_users u ON true";
                    string Action() => "audit.verified";
                    string Kind() => "SELECT id FROM threads.events WHERE type = 'assistant.changed'";
                }
            }
            """)).ShouldBeEmpty();

    [Fact]
    public void A_file_that_is_too_long_is_found()
    {
        var folder = TempDirectory.New();
        File.WriteAllLines(Path.Combine(folder, "Long.cs"), Enumerable.Repeat("// line", 401));
        File.WriteAllLines(Path.Combine(folder, "Fine.cs"), Enumerable.Repeat("// line", 400));

        SourceRules.ShortFiles(folder).ShouldBe(["Long.cs has 401 lines"]);
    }

    [Fact]
    public void A_text_that_is_trimmed_of_white_space_only_is_found()
    {
        var folder = TempDirectory.New();
        string[] lines = ["var a = request.Title!.Trim();", "if (string.IsNullOrWhiteSpace(query.Q)) return;", "var b = request.Title!.Trimmed();", "var c = line.Trim();"];
        File.WriteAllLines(Path.Combine(folder, "Planted.cs"), lines);

        SourceRules.TextsTrimmedByOneRule(folder).Select(breach => breach.Split(' ')[0]).ShouldBe(["Planted.cs:1", "Planted.cs:2"]);
    }

    [Fact]
    public void A_namespace_unlike_its_folder_is_found()
    {
        var folder = TempDirectory.New();
        Directory.CreateDirectory(Path.Combine(folder, "Modules", "Cases"));
        File.WriteAllText(Path.Combine(folder, "Modules", "Cases", "Right.cs"), "namespace Consilium.Modules.Cases;");
        File.WriteAllText(Path.Combine(folder, "Modules", "Cases", "Wrong.cs"), "namespace Consilium.Cases;");

        SourceRules.NamespacesLikeFolders(folder, "Consilium").Single().ShouldContain("Wrong.cs");
    }

    static readonly Func<Assembly, List<string>>[] Rules =
    [
        ArchitectureRules.OnlyProgramKnowsModules, ArchitectureRules.ContractsOnly, ArchitectureRules.CallsInTheTable, ArchitectureRules.ModulesInTheTable,
        ArchitectureRules.FlatModules, ArchitectureRules.TellingNames, ArchitectureRules.InternalByDefault, ArchitectureRules.SealedByDefault, ArchitectureRules.SqlOfOnesOwn,
    ];
}
