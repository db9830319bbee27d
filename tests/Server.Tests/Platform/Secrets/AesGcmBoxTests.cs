using System.Security.Cryptography;
using Consilium.Platform.Secrets;

namespace Consilium.Tests.Platform.Secrets;

public sealed class AesGcmBoxTests
{
    // Test case 16 of "The Galois/Counter Mode of Operation", McGrew and Viega, which NIST SP 800-38D refers to.
    static readonly byte[] Key = Convert.FromHexString("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    static readonly byte[] Nonce = Convert.FromHexString("cafebabefacedbaddecaf888");
    static readonly byte[] Associated = Convert.FromHexString("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    static readonly byte[] Plaintext = Convert.FromHexString(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
    static readonly byte[] Ciphertext = Convert.FromHexString(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662");
    static readonly byte[] Tag = Convert.FromHexString("76fc6ece0f4e1768cddf8853bb2d551b");

    [Fact]
    public void The_published_vector_comes_out_and_opens()
    {
        AesGcmBox.Encrypt(Key, Nonce, Plaintext, Associated).ShouldBe([.. Nonce, .. Ciphertext, .. Tag]);
        AesGcmBox.Decrypt(Key, [.. Nonce, .. Ciphertext, .. Tag], Associated).ShouldBe(Plaintext);
    }

    [Fact]
    public void No_nonce_comes_twice()
    {
        var nonces = Enumerable.Range(0, 10_000).Select(_ => Convert.ToHexString(AesGcmBox.Encrypt(Key, [], []).AsSpan(0, AesGcmBox.NonceLength)));

        nonces.Distinct(StringComparer.Ordinal).Count().ShouldBe(10_000);
    }

    [Fact]
    public void Another_key_other_data_beside_it_and_every_cut_are_noticed()
    {
        var box = AesGcmBox.Encrypt(Key, Plaintext, Associated);

        AesGcmBox.Decrypt(RandomNumberGenerator.GetBytes(32), box, Associated).ShouldBeNull();
        AesGcmBox.Decrypt(Key, box, Associated.AsSpan(1)).ShouldBeNull();
        for (var length = 0; length < box.Length; length++) AesGcmBox.Decrypt(Key, box.AsSpan(0, length), Associated).ShouldBeNull();
    }
}
