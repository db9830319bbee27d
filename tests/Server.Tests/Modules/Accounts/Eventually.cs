using System.Diagnostics;

namespace Consilium.Tests.Modules.Accounts;

/// <summary>For what another server hears within a second: asks until it is so.</summary>
internal static class Eventually
{
    public static async Task BecomesAsync<T>(T expected, Func<Task<T>> ask)
    {
        var deadline = Stopwatch.StartNew();
        T actual;
        do actual = await ask();
        while (!Equals(actual, expected) && deadline.Elapsed < TimeSpan.FromSeconds(10));
        actual.ShouldBe(expected);
    }
}
