using System.Reflection;
using System.Reflection.Emit;

namespace Consilium.Tests.Architecture;

/// <summary>
/// Which type of an assembly mentions which other: in signatures, attributes, constraints and method bodies. What the compiler nested into a
/// type (closures, state machines, local functions) counts as that type.
/// </summary>
internal static class TypeReferences
{
    public static IEnumerable<(Type From, Type To)> In(Assembly assembly) =>
        assembly.GetTypes().SelectMany(type => Mentioned(type).SelectMany(Parts).Select(to => (From: Outermost(type), To: Outermost(to)))).Distinct();

    /// <summary>The text constants in the code of an assembly.</summary>
    public static IEnumerable<(Type From, string Text)> LiteralsIn(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in Methods(type)
        from text in Instructions.Of(method).Where(i => i.Code == OpCodes.Ldstr).Select(i => method.Module.ResolveString(i.Token))
            .Concat(method.GetParameters().Select(p => p.HasDefaultValue ? p.RawDefaultValue as string : null).OfType<string>())
        select (Outermost(type), text);

    public static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    static IEnumerable<MethodBase> Methods(Type type) => type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared));

    static IEnumerable<Type?> Mentioned(Type type)
    {
        IEnumerable<Type?> own = [type.BaseType, .. type.GetInterfaces(), .. Attributes(type.GetCustomAttributesData()), .. Constraints(type)];
        return own
            .Concat(type.GetFields(Declared).SelectMany(f => Attributes(f.GetCustomAttributesData()).Append(f.FieldType).Concat(f.GetRequiredCustomModifiers())))
            .Concat(type.GetProperties(Declared).SelectMany(p => Attributes(p.GetCustomAttributesData()).Append(p.PropertyType)))
            .Concat(type.GetEvents(Declared).SelectMany(e => Attributes(e.GetCustomAttributesData()).Append(e.EventHandlerType)))
            .Concat(Methods(type).SelectMany(m => Signature(m).Concat(Attributes(m.GetCustomAttributesData())).Concat(Body(m))));
    }

    static IEnumerable<Type?> Signature(MethodBase method)
    {
        IEnumerable<ParameterInfo> parameters = method is MethodInfo { ReturnParameter: { } result } ? [.. method.GetParameters(), result] : method.GetParameters();
        return parameters
            .SelectMany(p => Attributes(p.GetCustomAttributesData()).Append(p.ParameterType).Concat(p.GetRequiredCustomModifiers()).Concat(p.GetOptionalCustomModifiers()))
            .Concat(method.IsGenericMethodDefinition ? method.GetGenericArguments().SelectMany(Constraints) : []);
    }

    static IEnumerable<Type> Constraints(Type type) =>
        type.IsGenericParameter ? type.GetGenericParameterConstraints()
        : type.IsGenericTypeDefinition ? type.GetGenericArguments().SelectMany(a => a.GetGenericParameterConstraints().Concat(Attributes(a.GetCustomAttributesData()).OfType<Type>()))
        : [];

    static IEnumerable<Type?> Attributes(IEnumerable<CustomAttributeData> attributes) => attributes.SelectMany(a =>
        a.ConstructorArguments.Concat(a.NamedArguments.Select(n => n.TypedValue)).SelectMany(Values).Append(a.AttributeType));

    static IEnumerable<Type?> Values(CustomAttributeTypedArgument argument) => argument.Value switch
    {
        Type type => [type],
        IEnumerable<CustomAttributeTypedArgument> several => several.SelectMany(Values),
        _ => [argument.ArgumentType], // an enumeration's value
    };

    static IEnumerable<Type?> Body(MethodBase method) => method.GetMethodBody() is not { } body ? [] : body.LocalVariables.Select(l => l.LocalType)
        .Concat(body.ExceptionHandlingClauses.Where(c => c.Flags == ExceptionHandlingClauseOptions.Clause).Select(c => c.CatchType))
        .Concat(Instructions.Of(method).SelectMany(i => Operand(method, i)));

    static IEnumerable<Type?> Operand(MethodBase method, Instruction instruction)
    {
        var (ofType, ofMethod) = Instructions.GenericArguments(method);
        switch (instruction.Code.OperandType)
        {
            case OperandType.InlineSig: // calli: the types of a call through a function pointer stand in the signature alone
                return SignatureTypes.In(method.Module, method.Module.ResolveSignature(instruction.Token), ofType, ofMethod);
            case OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok:
                var member = method.Module.ResolveMember(instruction.Token, ofType, ofMethod);
                return member switch
                {
                    Type type => [type],
                    FieldInfo field => [field.DeclaringType, field.FieldType],
                    MethodInfo called => [called.DeclaringType, called.ReturnType, .. called.GetParameters().Select(p => p.ParameterType), .. called.GetGenericArguments()],
                    MethodBase constructor => [constructor.DeclaringType, .. constructor.GetParameters().Select(p => p.ParameterType)],
                    _ => [],
                };
            default:
                return [];
        }
    }

    static IEnumerable<Type> Parts(Type? type) => type switch
    {
        null or { IsGenericParameter: true } => [],
        { HasElementType: true } => Parts(type.GetElementType()),
        { IsFunctionPointer: true } => type.GetFunctionPointerParameterTypes().Append(type.GetFunctionPointerReturnType()).SelectMany(Parts),
        { IsGenericType: true } => type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()),
        _ => [type],
    };
}
