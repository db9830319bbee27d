using System.Text.Json;

namespace Consilium.Platform.Validation;

/// <summary>
/// The texts that a parameter or member takes, exactly as they are written. The API's document shows them; of parameters <see cref="ParameterRules"/>
/// checks them.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
internal sealed class OneOfAttribute : Attribute
{
    public OneOfAttribute(params string[] values) => Values = values;

    /// <param name="names">An enum, by the names of its values on the wire.</param>
    public OneOfAttribute(Type names) => Values = [.. Enum.GetNames(names).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    public IReadOnlyList<string> Values { get; }
}
