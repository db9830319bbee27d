using System.Security.Cryptography;
using System.Text;

namespace Consilium.Platform.Secrets;

/// <summary>
/// The one secret that lives outside the database: 256 bits from which every other key is derived (HKDF-SHA-256) or under which it is
/// wrapped (AES-256-GCM). From <c>Security:MasterKey</c> (base64), else the file <c>Security:MasterKeyFile</c>, else
/// <c>keys/master.key</c> in the data directory, made at the first start: when the database has no keys yet.
/// </summary>
internal sealed class MasterKey
{
    readonly byte[] key;
    readonly byte[] wrapping;

    public MasterKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != 32) throw new ArgumentException("A master key has 32 bytes.", nameof(key));
        this.key = key.ToArray();
        wrapping = Derive("key wrapping");
        Id = Convert.ToHexStringLower(Derive("key id")[..8]);
    }

    /// <summary>Names the key without telling anything of it; kept beside what it wrapped.</summary>
    public string Id { get; }

    /// <summary>The file in which this key belongs and is not yet, for it was made at this start. Null once <see cref="Keep"/> was called.</summary>
    public string? MissingFile { get; private set; }

    /// <summary>Writes nothing: without any key it is a new one that <see cref="Keep"/> can write.</summary>
    /// <exception cref="InvalidOperationException">The configured key is missing or malformed; the message is for the operator.</exception>
    public static MasterKey Load(IConfiguration configuration, string dataDirectory)
    {
        if (Given(configuration, "Security:MasterKey") is { } given) return given;
        var path = Path.Combine(dataDirectory, "keys", "master.key");
        return File.Exists(path) ? Parse(File.ReadAllText(path), path) : new(RandomNumberGenerator.GetBytes(32)) { MissingFile = path };
    }

    /// <summary>The master key of before, from <c>Security:PreviousMasterKey</c> or <c>Security:PreviousMasterKeyFile</c>; null when none is given.</summary>
    /// <inheritdoc cref="Load"/>
    public static MasterKey? LoadPrevious(IConfiguration configuration) => Given(configuration, "Security:PreviousMasterKey");

    /// <summary>Writes a new key into its file, before anything depends on it.</summary>
    public void Keep()
    {
        if (MissingFile is not { } path) return;
        var directory = Path.GetDirectoryName(path)!;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(draft, options))
        {
            file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));
            file.Flush(flushToDisk: true);
        }
        // Renamed when it is whole: a server killed in between must not leave half a key that the next start would refuse.
        File.Move(draft, path, overwrite: false);
        MissingFile = null;
    }

    /// <summary>A subkey for one named purpose; different purposes share nothing.</summary>
    public byte[] Derive(string purpose, int length = 32) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, length, salt: null, info: Encoding.UTF8.GetBytes($"consilium/v1/{purpose}"));

    /// <summary>Encrypts a data key, bound to the place it is stored at.</summary>
    public byte[] Wrap(ReadOnlySpan<byte> secret, string boundTo) => AesGcmBox.Encrypt(wrapping, secret, Encoding.UTF8.GetBytes(boundTo));

    /// <summary>Decrypts what <see cref="Wrap"/> made; null when it was wrapped by another key, for another place, or was changed.</summary>
    public byte[]? Unwrap(ReadOnlySpan<byte> wrapped, string boundTo) => AesGcmBox.Decrypt(wrapping, wrapped, Encoding.UTF8.GetBytes(boundTo));

    static MasterKey? Given(IConfiguration configuration, string setting)
    {
        if (configuration[setting] is { Length: > 0 } given) return Parse(given, setting);
        if (configuration[setting + "File"] is not { Length: > 0 } path) return null;
        return File.Exists(path) ? Parse(File.ReadAllText(path), path) : throw new InvalidOperationException($"The master key file '{path}' does not exist.");
    }

    static MasterKey Parse(string text, string source)
    {
        var bytes = new byte[33];
        return Convert.TryFromBase64String(text.Trim(), bytes, out var length) && length == 32
            ? new MasterKey(bytes.AsSpan(0, 32))
            : throw new InvalidOperationException($"The master key in {source} must be 32 bytes in base64, as `openssl rand -base64 32` prints.");
    }
}
