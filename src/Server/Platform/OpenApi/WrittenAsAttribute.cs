namespace Consilium.Platform.OpenApi;

/// <summary>Marks a type that a converter of its own reads: in lists, the API's document shows these forms, one of which each item has.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class WrittenAsAttribute(params Type[] forms) : Attribute
{
    public IReadOnlyList<Type> Forms => forms;
}
