namespace Consilium.Modules.Assistant;

/// <summary>A text that no log, error or dump of a record shows.</summary>
internal sealed class Secret(string value)
{
    public string Reveal() => value;

    public override string ToString() => "(secret)";
}
