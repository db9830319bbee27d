using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;

namespace Consilium.Tests.Architecture;

/// <param name="Token">The metadata token of the operand; meaningless for instructions that have none.</param>
internal sealed record Instruction(OpCode Code, int Token);

/// <summary>The instructions of a compiled method (ECMA-335, partition III).</summary>
internal static class Instructions
{
    static readonly FrozenDictionary<short, OpCode> ByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToFrozenDictionary(code => code.Value);

    public static List<Instruction> Of(MethodBase method)
    {
        var found = new List<Instruction>();
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } il) return found;
        for (var at = 0; at < il.Length;)
        {
            var code = il[at] == 0xFE ? ByValue[(short)(0xFE00 | il[at + 1])] : ByValue[il[at]];
            at += code.Size;
            var size = OperandSize(code, il, at);
            found.Add(new(code, size == 4 ? BitConverter.ToInt32(il, at) : 0));
            at += size;
        }
        return found;
    }

    public static (Type[] OfType, Type[] OfMethod) GenericArguments(MethodBase method) => (
        method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : [],
        method.IsGenericMethod ? method.GetGenericArguments() : []);

    static int OperandSize(OpCode code, byte[] il, int at) => code.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, at),
        _ => 4,
    };
}
