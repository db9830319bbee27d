using System.Buffers.Binary;
using System.Globalization;

namespace Consilium.Platform.Seeding;

/// <summary>
/// How much of what is invented, and how the modules name it alike: everything follows from the seed, the kind and the number of a thing, so that a module
/// can point to another's rows without reading them.
/// </summary>
/// <param name="Now">What is invented lies around it.</param>
internal sealed record SeedPlan(int Patients, int Doctors, int Hospitals, int Appointments, long Messages, long Seed, DateTimeOffset Now)
{
    /// <summary>About how many messages a conversation has.</summary>
    public const int MessagesPerThread = 20;

    const int Days = 900;

    public int Staff => 1 + Patients / 1000;

    /// <summary>Patients with an account who also act for a child.</summary>
    public int Dependants => Patients / 50;

    public long Threads => (Messages + MessagesPerThread - 1) / MessagesPerThread;

    /// <summary>How many of a kind there are from earlier runs. Told by the accounts, which come first; others count on from there.</summary>
    public Dictionary<string, long> Before { get; } = new(StringComparer.Ordinal);

    /// <summary>The name of a kind's thing: <c>patient-00042</c>.</summary>
    public string Key(string kind, long index) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{Before.GetValueOrDefault(kind) + index + 1:00000}");

    /// <summary>The same for people: <c>Patient 00042</c>.</summary>
    public string Name(string kind, long index) => char.ToUpperInvariant(kind[0]) + Key(kind, index)[1..].Replace('-', ' ');

    /// <summary>A UUIDv7, always the same for the same thing of the same run.</summary>
    public Guid Id(string kind, long index)
    {
        var dice = DiceFor(kind, index);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, (Now.AddDays(-Days).ToUnixTimeMilliseconds() + index) << 16);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | (dice.Next() & 0xFFF)));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 0x8000_0000_0000_0000 | (dice.Next() >> 2));
        return new(bytes, bigEndian: true);
    }

    /// <summary>When one of so many things came to be: they are spread over the years before now, in their order.</summary>
    public DateTimeOffset At(long index, long count) => Now.AddDays(-Days) + TimeSpan.FromMicroseconds(TimeSpan.FromDays(Days).TotalMicroseconds * index / Math.Max(1, count));

    public Dice DiceFor(string kind, long index)
    {
        var mixed = new Dice((ulong)Seed ^ ((ulong)Before.GetValueOrDefault("patient") << 32));
        foreach (var letter in kind) mixed = new(mixed.Next() ^ letter);
        return new(mixed.Next() ^ (ulong)index);
    }
}

/// <summary>Numbers that look random and are always the same (SplitMix64). They guard nothing.</summary>
internal struct Dice(ulong state)
{
    ulong state = state;

    public ulong Next()
    {
        state += 0x9E37_79B9_7F4A_7C15;
        var z = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 to one less than <paramref name="count"/>.</summary>
    public int Below(int count) => (int)(Next() % (ulong)count);

    public T Of<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];
}
