using System.Reflection;

namespace Consilium.Tests.Architecture;

/// <summary>The types in a stand-alone method signature, as an indirect call has one (ECMA-335, II.23.2.3).</summary>
internal ref struct SignatureTypes(Module module, ReadOnlySpan<byte> signature, Type[] ofType, Type[] ofMethod)
{
    readonly Module module = module;
    readonly Type[] ofType = ofType;
    readonly Type[] ofMethod = ofMethod;
    readonly List<Type> types = [];
    ReadOnlySpan<byte> rest = signature;

    public static List<Type> In(Module module, byte[] signature, Type[] ofType, Type[] ofMethod)
    {
        var reader = new SignatureTypes(module, signature, ofType, ofMethod);
        reader.ReadMethod();
        return reader.types;
    }

    void ReadMethod()
    {
        var convention = Byte();
        if ((convention & 0x10) != 0) Number(); // how many generic parameters
        for (var count = Number() + 1; count > 0; count--) ReadType(); // the result and the parameters
    }

    void ReadType()
    {
        switch (Byte())
        {
            case 0x11 or 0x12: // value type, class
                ReadNamed();
                break;
            case 0x1F or 0x20: // modifiers
                ReadNamed();
                ReadType();
                break;
            case 0x0F or 0x10 or 0x1D or 0x41 or 0x45: // pointer, by reference, array of one dimension, sentinel, pinned
                ReadType();
                break;
            case 0x15: // generic instance
                ReadType();
                for (var count = Number(); count > 0; count--) ReadType();
                break;
            case 0x13 or 0x1E: // generic parameter of the type, of the method
                Number();
                break;
            case 0x14: // array of several dimensions: rank, sizes, lower bounds
                ReadType();
                Number();
                for (var sizes = Number(); sizes > 0; sizes--) Number();
                for (var bounds = Number(); bounds > 0; bounds--) Number();
                break;
            case 0x1B: // function pointer
                ReadMethod();
                break;
        }
    }

    readonly int Table(int coded) => (coded & 3) switch { 0 => 0x02, 1 => 0x01, _ => 0x1B };

    void ReadNamed()
    {
        var coded = Number();
        types.Add(module.ResolveType((Table(coded) << 24) | (coded >> 2), ofType, ofMethod));
    }

    int Number()
    {
        var first = Byte();
        if ((first & 0x80) == 0) return first;
        if ((first & 0x40) == 0) return ((first & 0x3F) << 8) | Byte();
        return ((first & 0x1F) << 24) | (Byte() << 16) | (Byte() << 8) | Byte();
    }

    byte Byte()
    {
        var next = rest[0];
        rest = rest[1..];
        return next;
    }
}
