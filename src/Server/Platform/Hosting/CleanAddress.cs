using System.Text.Unicode;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace Consilium.Platform.Hosting;

/// <summary>Refuses addresses whose percent escapes are no text: U+0000, which PostgreSQL cannot hold, and bytes that are not UTF-8.</summary>
internal static class CleanAddress
{
    public static void UseCleanAddress(this WebApplication app) => app.Use((context, next) =>
        IsClean(context.Features.Get<IHttpRequestFeature>()!.RawTarget)
            ? next(context)
            : ErrorAnswers.WriteAsync(context, Problems.Details(400, "malformed_address", "The address has percent escapes that are no text in UTF-8.")));

    internal static bool IsClean(string address)
    {
        var first = address.IndexOf('%', StringComparison.Ordinal);
        if (first < 0) return true;
        Span<byte> bytes = address.Length <= 1024 ? stackalloc byte[address.Length] : new byte[address.Length];
        var length = 0;
        for (var i = first; i < address.Length; i++)
        {
            if (address[i] == '%' && i + 2 < address.Length && char.IsAsciiHexDigit(address[i + 1]) && char.IsAsciiHexDigit(address[i + 2]))
            {
                bytes[length++] = (byte)(HexValue(address[i + 1]) * 16 + HexValue(address[i + 2]));
                i += 2;
            }
            else
            {
                bytes[length++] = char.IsAscii(address[i]) ? (byte)address[i] : (byte)'?';
            }
        }
        bytes = bytes[..length];
        return Utf8.IsValid(bytes) && !bytes.Contains((byte)0);
    }

    static int HexValue(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
