using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Consilium.Platform.Json;
using Consilium.Platform.Paging;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace Consilium.Platform.Validation;

/// <summary>A parameter of a handler: one of its own, or a member of a record of parameters.</summary>
/// <param name="Name">As clients send it; of a header, its name.</param>
/// <param name="Argument">The place of the argument that holds it.</param>
/// <param name="Member">Null when the argument itself is the parameter.</param>
internal sealed record RouteParameter(string Name, int Argument, PropertyInfo? Member, ICustomAttributeProvider Declared)
{
    /// <summary>All parameters of a handler, also what no query has: services and bodies.</summary>
    public static IEnumerable<RouteParameter> Of(MethodInfo handler) => handler.GetParameters().SelectMany((parameter, place) =>
        parameter.IsDefined(typeof(AsParametersAttribute))
            ? parameter.ParameterType.GetProperties().Select(member => new RouteParameter(NameOf(member, member.Name), place, member, member))
            : [new RouteParameter(NameOf(parameter, parameter.Name!), place, null, parameter)]);

    /// <summary>Its type, without what says that it may be missing.</summary>
    public Type Type
    {
        get
        {
            var type = Member?.PropertyType ?? ((ParameterInfo)Declared).ParameterType;
            return Nullable.GetUnderlyingType(type) ?? type;
        }
    }

    public T? Attribute<T>() where T : Attribute => Declared.GetCustomAttributes(typeof(T), inherit: false).OfType<T>().FirstOrDefault();

    static string NameOf(ICustomAttributeProvider declared, string name) =>
        declared.GetCustomAttributes(inherit: false).OfType<IModelNameProvider>().FirstOrDefault(named => named.Name is not null)?.Name
            ?? JsonPaths.OfMember(name);
}

/// <summary>
/// What the parameters of a route say of themselves by attributes: <see cref="OneOfAttribute"/>, <see cref="MaxLengthAttribute"/> in Unicode code
/// points, and <see cref="DataTypeAttribute"/> for times. It is checked before the handler, so that what the API's document shows of a parameter is
/// what counts.
/// </summary>
internal static class ParameterRules
{
    /// <summary>The longest text that a parameter takes; null where nothing is said.</summary>
    public static int? MaxLengthOf(RouteParameter parameter) =>
        parameter.Attribute<MaxLengthAttribute>()?.Length ?? (parameter.Name == "cursor" ? Cursor.MaxLength : null);

    public static bool IsTime(RouteParameter parameter) => parameter.Attribute<DataTypeAttribute>()?.DataType == DataType.DateTime;

    /// <summary>The parameters of a handler that have such a rule.</summary>
    public static IReadOnlyList<RouteParameter> Of(MethodInfo handler) => [.. RouteParameter.Of(handler)
        .Where(parameter => parameter.Attribute<OneOfAttribute>() is not null || MaxLengthOf(parameter) is not null || IsTime(parameter))];

    /// <summary>What is wrong with the arguments, by parameter; empty when nothing is.</summary>
    public static Dictionary<string, string[]> Faults(IReadOnlyList<RouteParameter> parameters, IList<object?> arguments)
    {
        var faults = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var parameter in parameters)
        {
            var argument = arguments[parameter.Argument];
            if (parameter.Member is not null) argument = parameter.Member.GetValue(argument);
            if (argument is string text && Fault(parameter, text) is { } fault) faults[parameter.Name] = [fault];
        }
        return faults;
    }

    static string? Fault(RouteParameter parameter, string text)
    {
        var known = parameter.Attribute<OneOfAttribute>();
        if (known is not null && !known.Values.Contains(text, StringComparer.Ordinal)) return WireNames.MustBeOneOf(known.Values);
        if (MaxLengthOf(parameter) is { } most && text.EnumerateRunes().Count() > most) return $"must have at most {most} characters.";
        return IsTime(parameter) ? TimeText.QueryFault(text, out _) : null;
    }
}
