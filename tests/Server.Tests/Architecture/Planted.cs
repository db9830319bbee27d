using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Consilium.Tests.Architecture;

/// <summary>An assembly compiled in the test, to plant breaches in.</summary>
internal static class Planted
{
    static readonly MetadataReference[] Framework = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
        .Select(path => MetadataReference.CreateFromFile(path))];

    public static Assembly Assembly(string source)
    {
        const string usings = "using System; using System.Collections.Generic; using System.Linq; using System.Threading.Tasks;\n";
        var compilation = CSharpCompilation.Create(
            $"Planted{Guid.CreateVersion7():N}", [CSharpSyntaxTree.ParseText(usings + source)], Framework,
            new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, optimizationLevel: OptimizationLevel.Release));
        using var image = new MemoryStream();
        compilation.Emit(image).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).ShouldBeEmpty();
        return System.Reflection.Assembly.Load(image.ToArray());
    }
}
