namespace Consilium.Platform.OpenApi;

/// <summary>
/// Marks a type that stands for several forms, one of which each value has: the API's document shows these. Open generic forms are closed with the
/// type's own arguments. Of a type with a converter of its own the document shows them in lists.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class WrittenAsAttribute(params Type[] forms) : Attribute
{
    public IReadOnlyList<Type> FormsOf(Type type) => 
        [.. forms.Select(form => form.IsGenericTypeDefinition ? form.MakeGenericType(type.GetGenericArguments()) : form)];
}

/// <summary>A member that some values of the type have besides its own: the API's document shows it as one that may be missing.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
internal sealed class AlsoWrittenAttribute(string name, Type type, string meaning) : Attribute
{
    public string Name => name;
    public Type Type => type;
    public string Meaning => meaning;

    /// <summary>The texts that it can be; empty when it can be any.</summary>
    public string[] Values { get; init; } = [];

    /// <summary>Whether it can be null where it is.</summary>
    public bool MayBeNull { get; init; }
}
