using System.Security.Cryptography;
using Consilium.Platform.Secrets;
using Microsoft.Extensions.Configuration;

namespace Consilium.Tests.Platform.Secrets;

public sealed class MasterKeyTests
{
    readonly MasterKey key = new(RandomNumberGenerator.GetBytes(32));
    readonly MasterKey other = new(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public void What_was_wrapped_comes_back()
    {
        var secret = "a secret"u8.ToArray();
        var wrapped = key.Wrap(secret, "place");

        key.Unwrap(wrapped, "place").ShouldBe(secret);
        key.Wrap(secret, "place").ShouldNotBe(wrapped);
        Convert.ToHexString(wrapped).ShouldNotContain(Convert.ToHexString(secret));
    }

    [Fact]
    public void Another_key_another_place_and_every_turned_bit_are_noticed()
    {
        var wrapped = key.Wrap("a secret"u8, "place");

        other.Unwrap(wrapped, "place").ShouldBeNull();
        key.Unwrap(wrapped, "elsewhere").ShouldBeNull();
        for (var bit = 0; bit < wrapped.Length * 8; bit++)
        {
            var changed = wrapped.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            key.Unwrap(changed, "place").ShouldBeNull();
        }
        for (var length = 0; length < wrapped.Length; length++) key.Unwrap(wrapped.AsSpan(0, length), "place").ShouldBeNull();
    }

    [Fact]
    public void Subkeys_differ_by_purpose_and_by_master_key()
    {
        key.Derive("a").ShouldBe(key.Derive("a"));
        key.Derive("a").ShouldNotBe(key.Derive("b"));
        key.Derive("a").ShouldNotBe(other.Derive("a"));
        key.Id.ShouldNotBe(other.Id);
    }

    [Fact]
    public void The_first_start_makes_a_key_file_that_only_its_owner_reads_and_later_starts_use_it()
    {
        var directory = TempDirectory.New();

        var file = Path.Combine(directory, "keys", "master.key");
        var first = MasterKey.Load(Configuration(), directory);
        first.MissingFile.ShouldBe(file);
        File.Exists(file).ShouldBeFalse(); // whether the database needs another one is not known yet

        first.Keep();

        first.MissingFile.ShouldBeNull();
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        MasterKey.Load(Configuration(), directory).Id.ShouldBe(first.Id);
    }

    [Fact]
    public void Configuration_goes_before_the_file()
    {
        var directory = TempDirectory.New();
        var given = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var file = Path.Combine(directory, "given.key");
        File.WriteAllText(file, given + "\n");

        var byText = MasterKey.Load(Configuration(("Security:MasterKey", given)), directory);
        var byFile = MasterKey.Load(Configuration(("Security:MasterKeyFile", file)), directory);

        byFile.Id.ShouldBe(byText.Id);
        Directory.Exists(Path.Combine(directory, "keys")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("Security:MasterKey", "not base64")]
    [InlineData("Security:MasterKey", "c2hvcnQ=")]
    [InlineData("Security:MasterKeyFile", "/does/not/exist")]
    public void A_key_that_cannot_be_used_is_explained(string setting, string value) =>
        Should.Throw<InvalidOperationException>(() => MasterKey.Load(Configuration((setting, value)), TempDirectory.New())).Message.ShouldContain("master key");

    static IConfiguration Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build();
}
