using System.CodeDom.Compiler;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Consilium.Tests.Architecture;

/// <summary>The rules of the house about a compiled assembly. Each returns its breaches, one readable line each.</summary>
internal static partial class ArchitectureRules
{
    const string Modules = "Consilium.Modules";
    const string Contracts = "Contracts";

    static readonly string[] ForbiddenFolders = ["Common", "Core", "Shared", "Utils", "Helpers", "Services", "Managers"];
    static readonly string[] ForbiddenEndings = ["Dto", "Model", "Manager", "Impl", "Helper", "Utils"];

    /// <summary>Platform knows no module; of what lies outside the modules only Program does.</summary>
    public static List<string> OnlyProgramKnowsModules(Assembly assembly) => [.. TypeReferences.In(assembly)
        .Where(r => ModuleOf(r.From) is null && ModuleOf(r.To) is not null && r.From.FullName != nameof(Program) && r.To.Assembly == assembly)
        .Select(r => $"{r.From.FullName} uses {r.To.FullName}")];

    /// <summary>A module uses another module's Contracts and nothing else of it.</summary>
    public static List<string> ContractsOnly(Assembly assembly) => [.. BetweenModules(assembly)
        .Where(r => !IsContract(r.To))
        .Select(r => $"{r.From.FullName} uses {r.To.FullName}")];

    /// <summary>A module calls those alone that the table allows.</summary>
    public static List<string> CallsInTheTable(Assembly assembly) => [.. BetweenModules(assembly)
        .Where(r => !ModuleMap.MayCall.GetValueOrDefault(ModuleOf(r.From)!, []).Contains(ModuleOf(r.To)))
        .Select(r => $"{r.From.FullName} uses {r.To.FullName}")];

    /// <summary>Every module has its line in the table.</summary>
    public static List<string> ModulesInTheTable(Assembly assembly) => [.. HandWritten(assembly)
        .Select(ModuleOf).OfType<string>().Distinct(StringComparer.Ordinal)
        .Where(module => !ModuleMap.MayCall.ContainsKey(module))];

    /// <summary>Modules are flat: below a module only Contracts and Data.</summary>
    public static List<string> FlatModules(Assembly assembly) => [.. HandWritten(assembly)
        .Where(type => ModuleOf(type) is not null && type.Namespace!.Split('.') is not ([_, _, _] or [_, _, _, Contracts or "Data"]))
        .Select(type => type.FullName!)];

    /// <summary>No drawers where anything fits, and no endings that say nothing.</summary>
    public static List<string> TellingNames(Assembly assembly) => [.. assembly.GetTypes().Where(IsHandWritten)
        .Where(type => ForbiddenEndings.Any(ending => Bare(type).EndsWith(ending, StringComparison.Ordinal))
            || (type.Namespace ?? "").Split('.').Any(part => ForbiddenFolders.Contains(part)))
        .Select(type => type.FullName!)];

    /// <summary>Only contracts are public.</summary>
    public static List<string> InternalByDefault(Assembly assembly) => [.. HandWritten(assembly)
        .Where(type => type.IsVisible && !IsContract(type))
        .Select(type => type.FullName!)];

    /// <summary>A class is sealed, unless another one here derives from it.</summary>
    public static List<string> SealedByDefault(Assembly assembly)
    {
        var types = assembly.GetTypes();
        var bases = types.Select(type => type.BaseType).OfType<Type>().Select(type => type.IsGenericType ? type.GetGenericTypeDefinition() : type).ToHashSet();
        return [.. types.Where(IsHandWritten).Where(type => type is { IsClass: true, IsSealed: false } && !bases.Contains(type)).Select(type => type.FullName!)];
    }

    /// <summary>Hand-written SQL names the tables of its own module, and of others only their views <c>access_…</c>.</summary>
    public static List<string> SqlOfOnesOwn(Assembly assembly)
    {
        var schemas = ModuleMap.MayCall.Keys.ToDictionary(module => module.ToLowerInvariant(), StringComparer.Ordinal);
        return [.. from literal in TypeReferences.LiteralsIn(assembly)
                   where SqlKeyword().IsMatch(literal.Text)
                   from Match name in QualifiedName().Matches(SqlString().Replace(literal.Text, "''"))
                   where schemas.TryGetValue(name.Groups["schema"].Value, out var owner) && owner != ModuleOf(literal.From)
                       && !name.Groups["name"].Value.StartsWith("access_", StringComparison.Ordinal)
                   select $"{literal.From.FullName} names {name.Value}"];
    }

    static IEnumerable<(Type From, Type To)> BetweenModules(Assembly assembly) => TypeReferences.In(assembly)
        .Where(r => r.To.Assembly == assembly && ModuleOf(r.From) is { } from && ModuleOf(r.To) is { } to && from != to);

    static string? ModuleOf(Type type) =>
        type.Namespace is { } name && name.StartsWith($"{Modules}.", StringComparison.Ordinal) ? name[(Modules.Length + 1)..].Split('.')[0] : null;

    static bool IsContract(Type type) => type.Namespace!.Split('.') is [_, _, _, Contracts];

    static IEnumerable<Type> HandWritten(Assembly assembly) => assembly.GetTypes().Where(type => !type.IsNested && IsHandWritten(type));

    static bool IsHandWritten(Type type) => type.Namespace?.StartsWith("Consilium", StringComparison.Ordinal) == true && !type.Name.Contains('<', StringComparison.Ordinal)
        && !type.IsDefined(typeof(CompilerGeneratedAttribute)) && !type.IsDefined(typeof(GeneratedCodeAttribute))
        && (type.DeclaringType is null || IsHandWritten(type.DeclaringType));

    static string Bare(Type type) => type.Name.Split('`')[0];

    [GeneratedRegex(@"\b(?:SELECT|INSERT|UPDATE|DELETE|FROM|JOIN|INTO|USING|CALL|COPY|LOCK|TRUNCATE|EXISTS)\b", RegexOptions.NonBacktracking)]
    private static partial Regex SqlKeyword();

    [GeneratedRegex(@"'[\w.:-]*'", RegexOptions.NonBacktracking)]
    private static partial Regex SqlString();

    [GeneratedRegex(@"\b(?<schema>[a-z_]+)\.(?<name>[a-z_][a-z0-9_]*)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex QualifiedName();
}
