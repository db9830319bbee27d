using System.Text;
using System.Text.Unicode;
using Consilium.Platform.Json;
using Consilium.Platform.MediaTypes;
using Consilium.Platform.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Consilium.Modules.Files;

/// <summary>The text fields of a <c>multipart/form-data</c> request, in whichever order they come: those that somebody wants, each once, short, in UTF-8.</summary>
internal sealed class UploadFields(IReadOnlyList<string> wanted)
{
    const int MaxBytes = 16 * 1024;

    /// <summary>How many fields that nobody wants are compared. A form with more of them was not misspelt.</summary>
    const int MostCompared = 100;

    readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);
    readonly HashSet<string> others = new(StringComparer.Ordinal);

    /// <summary>Complete once the request has been read.</summary>
    public IReadOnlyDictionary<string, string> Texts => texts;

    /// <summary>By the name of each field that stands where a wanted one was probably meant (<see cref="SimilarNames"/>), what to tell the sender.</summary>
    public Dictionary<string, string[]> Misspelt()
    {
        string[] missing = [.. wanted.Where(name => !texts.ContainsKey(name))];
        return others.Select(name => (Name: name, Meant: SimilarNames.Meant(name, missing))).Where(found => found.Meant is not null)
            .ToDictionary(found => found.Name, found => new[] { MisspeltMembers.Advice(found.Meant!) }, StringComparer.Ordinal);
    }

    /// <summary>Takes a field in. Returns what is wrong with it; null when nothing is, or nobody wants it.</summary>
    public async Task<string?> ReadAsync(string? name, MultipartSection section, CancellationToken cancellationToken)
    {
        if (name is null) return null;
        if (!wanted.Contains(name))
        {
            if (others.Count < MostCompared) others.Add(name);
            return null;
        }
        if (DeclaredMediaType.Parse(section.ContentType) is { IsUtf8: false }) return "must be sent in UTF-8, not in another charset.";
        var bytes = new byte[MaxBytes + 1];
        var length = await section.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxBytes) return "is too long.";
        if (!Utf8.IsValid(bytes.AsSpan(0, length)) || bytes.AsSpan(0, length).Contains((byte)0)) return "must be text in UTF-8, without U+0000.";
        return texts.TryAdd(name, Encoding.UTF8.GetString(bytes, 0, length)) ? null : "is given twice.";
    }
}
