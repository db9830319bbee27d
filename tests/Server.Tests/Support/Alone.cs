namespace Consilium.Tests.Support;

/// <summary>For tests that keep the whole machine busy: they run after all others, one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "Alone";
}
