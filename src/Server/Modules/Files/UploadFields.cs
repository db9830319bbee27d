using System.Text;
using System.Text.Unicode;

namespace Consilium.Modules.Files;

/// <summary>The text fields of a <c>multipart/form-data</c> request, in whichever order they come: those that somebody wants, each once, short, in UTF-8.</summary>
internal sealed class UploadFields(IReadOnlyList<string> wanted)
{
    const int MaxBytes = 16 * 1024;

    readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);

    /// <summary>Complete once the request has been read.</summary>
    public IReadOnlyDictionary<string, string> Texts => texts;

    /// <summary>Takes a field in. Returns what is wrong with it; null when nothing is, or nobody wants it.</summary>
    public async Task<string?> ReadAsync(string? name, Stream body, CancellationToken cancellationToken)
    {
        if (name is null || !wanted.Contains(name)) return null;
        var bytes = new byte[MaxBytes + 1];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxBytes) return "is too long.";
        if (!Utf8.IsValid(bytes.AsSpan(0, length)) || bytes.AsSpan(0, length).Contains((byte)0)) return "must be text in UTF-8, without U+0000.";
        return texts.TryAdd(name, Encoding.UTF8.GetString(bytes, 0, length)) ? null : "is given twice.";
    }
}
