using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Consilium.Platform.Text;

namespace Consilium.Platform.Json;

/// <summary>
/// Finds members of a body that would be ignored although the sender probably meant one that the type has (<see cref="SimilarNames"/>), and has not
/// sent that one. All other unknown members are ignored: clients may send more than this server knows.
/// </summary>
internal static class MisspeltMembers
{
    /// <summary>How many unknown members are compared. A body with more of them was not misspelt.</summary>
    const int MostCompared = 100;

    static readonly ConcurrentDictionary<JsonTypeInfo, Dictionary<string, Type>> Known = new();

    /// <summary>By the path of each such member, what to tell the sender; empty when there is none.</summary>
    public static Dictionary<string, string[]> Find(JsonElement body, JsonTypeInfo type)
    {
        var found = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var left = MostCompared;
        Look(body, type, "", found, ref left);
        return found;
    }

    public static Dictionary<string, string[]> Find(ReadOnlyMemory<byte> body, JsonTypeInfo type)
    {
        using var document = JsonDocument.Parse(body, new() { MaxDepth = StrictJson.MaxDepth });
        return Find(document.RootElement, type);
    }

    /// <summary>What to tell about a name that stands where another one was meant.</summary>
    public static string Advice(string meant) => $"is not known here. Did you mean {meant}?";

    static void Look(JsonElement value, JsonTypeInfo type, string path, Dictionary<string, string[]> found, ref int left)
    {
        if (type.Kind == JsonTypeInfoKind.Object && value.ValueKind == JsonValueKind.Object)
        {
            var known = Known.GetOrAdd(type, MembersOf);
            List<string>? missing = null;
            foreach (var member in value.EnumerateObject())
            {
                var here = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
                if (known.TryGetValue(member.Name, out var inside)) LookInside(member.Value, type.Options, inside, here, found, ref left);
                else if (left-- > 0 && SimilarNames.Meant(member.Name, missing ??= [.. known.Keys.Where(name => !value.TryGetProperty(name, out _))]) is { } meant)
                    found[here] = [Advice(meant)];
            }
        }
        else if (type is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element } && value.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray()) LookInside(item, type.Options, element, $"{path}[{index++}]", found, ref left);
        }
    }

    static void LookInside(JsonElement value, JsonSerializerOptions options, Type type, string path, Dictionary<string, string[]> found, ref int left)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array && options.TryGetTypeInfo(type, out var inside)) Look(value, inside, path, found, ref left);
    }

    static Dictionary<string, Type> MembersOf(JsonTypeInfo type) =>
        type.Properties.Where(property => property.Set is not null || property.AssociatedParameter is not null)
            .ToDictionary(property => property.Name, property => property.PropertyType, StringComparer.Ordinal);
}
