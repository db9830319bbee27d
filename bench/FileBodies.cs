using System.Buffers.Binary;
using System.Text;

namespace Consilium.Bench;

/// <summary>What is uploaded: sound, which nobody decodes afterwards, so that storing alone is measured.</summary>
internal static class FileBodies
{
    /// <summary>Bytes of the file.</summary>
    public const int Size = 1024 * 1024;

    public const string ContentType = "multipart/form-data; boundary=part";

    static readonly byte[] Head = Encoding.UTF8.GetBytes("--part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"note.wav\"\r\nContent-Type: audio/wav\r\n\r\n");
    static readonly byte[] Tail = Encoding.UTF8.GetBytes("\r\n--part--\r\n");

    public static byte[] Multipart(long unique)
    {
        var file = new byte[Size];
        "RIFF"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), Size - 8);
        "WAVEfmt "u8.CopyTo(file.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(20), 1); // PCM
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(24), 8000);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(28), 8000);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(32), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(34), 8);
        "data"u8.CopyTo(file.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(40), Size - 44);
        byte[] body = [.. Head, .. file, .. Tail];
        SetUnique(body, unique);
        return body;
    }

    /// <summary>Changes the last samples of a body, or of a request that ends with one.</summary>
    public static void SetUnique(byte[] body, long unique) => BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(body.Length - Tail.Length - 8), unique);
}
