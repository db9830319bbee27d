using System.Text.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Secrets;

namespace Consilium.Modules.Settings;

/// <summary>What the API's document shows with the vault's bodies. Nothing here opens anything.</summary>
[BodyExamples]
internal static class SecurityExamples
{
    static readonly Guid KeyId = new("0199c0de-7a00-7000-8000-000000000a01");
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    static EncryptValueRequest Encrypt => new(JsonSerializer.SerializeToElement("the password of the printer"));

    static EncryptValueResponse Encrypted => new("AQGZwN56AHAAgAAAAAAACgEB…", KeyId);

    static DecryptValueRequest Decrypt => new("AQGZwN56AHAAgAAAAAAACgEB…", "The printer is set up anew");

    static DecryptValueResponse Decrypted => new(JsonSerializer.SerializeToElement("the password of the printer"));

    static RotateKeysRequest Rotate => new("Somebody has left");

    static KeyResponse Key => new(KeyId, "AES-256-GCM", DataKeyStatus.Active, At, CreatedBy: null, RetiredAt: null, InUse: 12);
}
