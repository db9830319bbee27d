using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Consilium.Modules.Settings;

/// <summary>
/// Replaces the references of one value, writing the result as it goes: a few entries that refer to each other many times over are
/// stopped by the bounds, not by the memory.
/// </summary>
internal sealed class ReferenceResolver : IDisposable
{
    public const int MaxSteps = 1000;
    public const int MaxChain = 32;
    public const int MaxBytes = 256 * 1024;

    readonly Func<string, LookedUp?> lookup;
    readonly ArrayBufferWriter<byte> buffer = new();
    readonly Utf8JsonWriter writer;
    readonly List<string> chain = [];
    int steps;
    string? error;

    public ReferenceResolver(Func<string, LookedUp?> lookup) =>
        (this.lookup, writer) = (lookup, new(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    public void Dispose() => writer.Dispose();

    public Resolution Resolve(string key, JsonElement value)
    {
        chain.Add(key);
        Write(value);
        writer.Flush();
        return error is null ? new(JsonElement.Parse(buffer.WrittenSpan), null) : new(null, error);
    }

    void Write(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                WriteText(value.GetString()!);
                break;
            case JsonValueKind.Object or JsonValueKind.Array when writer.CurrentDepth >= ConfigValues.MaxDepth:
                Fail($"becomes nested deeper than {ConfigValues.MaxDepth} levels");
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(member.Value);
                    if (error is not null) return;
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in value.EnumerateArray())
                {
                    Write(element);
                    if (error is not null) return;
                }
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
        Weigh(0);
    }

    void WriteText(string text)
    {
        if (PartsOf(text) is not { } parts) return;
        if (parts is [{ IsReference: true }])
        {
            Follow(parts[0].Text, Write);
            return;
        }
        var whole = new StringBuilder();
        Append(parts, whole);
        if (error is null) writer.WriteStringValue(whole.ToString());
    }

    void Append(List<TextPart> parts, StringBuilder whole)
    {
        foreach (var part in parts)
        {
            if (part.IsReference) Follow(part.Text, value => Append(value, whole));
            else whole.Append(part.Text);
            Weigh(whole.Length);
            if (error is not null) return;
        }
    }

    void Append(JsonElement value, StringBuilder whole)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            if (PartsOf(value.GetString()!) is { } parts) Append(parts, whole);
        }
        else if (value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) whole.Append(value.GetRawText());
        else Fail($"is no text, number or boolean and cannot stand within the longer text of {chain[^2]}");
    }

    void Follow(string key, Action<JsonElement> use)
    {
        if (chain.Contains(key, StringComparer.Ordinal)) Fail($"refers to itself: {string.Join(" -> ", chain.Append(key))}");
        else if (++steps > MaxSteps) Fail($"needs more than {MaxSteps} references to be followed");
        else if (chain.Count > MaxChain) Fail($"needs a chain of more than {MaxChain} references, as far as {Reference(key)}, to be followed");
        else if (lookup(key) is not { } found) Fail($"refers to {Reference(key)}, and there is no such entry");
        else
        {
            chain.Add(key);
            if (found.Value is { } value) use(value);
            else use(References.Masked);
            chain.RemoveAt(chain.Count - 1);
        }
    }

    List<TextPart>? PartsOf(string text)
    {
        var parts = References.Parts(text);
        if (parts is null) Fail("has a text with ${ that is no reference");
        return parts;
    }

    void Weigh(int waiting)
    {
        if (writer.BytesCommitted + writer.BytesPending + waiting > MaxBytes) Fail($"becomes larger than {MaxBytes / 1024} KB");
    }

    void Fail(string what) => error ??= $"The value of {chain[^1]} {what}.";

    static string Reference(string key) => $"${{{key}}}";
}
