namespace Consilium.Platform.OpenApi;

/// <summary>Marks a type that a converter of its own reads: the API's document shows these forms, one of which it has on the wire.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class WrittenAsAttribute(params Type[] forms) : Attribute
{
    public IReadOnlyList<Type> Forms => forms;
}
