using System.Security.Cryptography;

namespace Consilium.Tests.Modules.Settings;

/// <summary>An encrypted entry that one writer has for itself, with the value of every version that it has sent.</summary>
internal sealed class KeptSecret(string key)
{
    readonly List<string> sent = [];
    volatile int acknowledged;

    public string Path { get; } = $"/api/v1/config/{key}";
    public string Key => key;

    /// <summary>The newest version that the server has acknowledged; 0 for none.</summary>
    public int Acknowledged => acknowledged;

    public static string NewValue() => RandomNumberGenerator.GetHexString(24);

    /// <summary>The next version is on its way: from now on a reader may see it.</summary>
    public string Send(string value)
    {
        lock (sent) sent.Add(value);
        return value;
    }

    public void Acknowledge(long version)
    {
        lock (sent) version.ShouldBe(sent.Count, $"{key} has a version that nobody has written");
        acknowledged = (int)version;
    }

    public string At(int version)
    {
        lock (sent) return sent[version - 1];
    }

    /// <summary>Whether a read may find this that began when the version was acknowledged.</summary>
    public bool MayBe(string? value, int since)
    {
        lock (sent) return sent.Skip(since - 1).Contains(value);
    }
}
