namespace Consilium.Tests.Modules.Care;

internal static partial class AccessMatrix
{
    static IEnumerable<AccessRule> Clinic() => [];
}
