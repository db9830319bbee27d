namespace Consilium.ProviderDoubles;

/// <summary>One way in which a provider goes wrong, or comes close to it.</summary>
/// <param name="Name">What it does, in words; the key of a table.</param>
/// <param name="Reply">Null for a provider that refuses connections.</param>
public sealed record Misbehaviour(string Name, Reply? Reply)
{
    /// <summary>A provider that does nothing else.</summary>
    public ProviderDouble Start() => Reply is null ? ProviderDouble.Refusing() : new(Reply);

    public override string ToString() => Name;
}
