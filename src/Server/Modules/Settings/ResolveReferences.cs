using System.Text.Json;
using System.Text.Json.Nodes;
using Consilium.Modules.Accounts.Contracts;

namespace Consilium.Modules.Settings;

/// <summary>Puts the values of other entries in the place of references: those that the caller may read; encrypted ones masked.</summary>
internal sealed class ResolveReferences(ConfigEntries entries)
{
    static readonly Dictionary<string, JsonElement> Nothing = [];

    /// <summary>The values of these entries, in their order.</summary>
    public async Task<IReadOnlyList<Resolution>> InAsync(
        IReadOnlyList<StoredVersion> found, string profile, string environment, DateTimeOffset? at, Caller caller, CancellationToken cancellationToken)
    {
        var known = await ReachableAsync(found, profile, environment, at, caller, cancellationToken);
        return [.. found.Select(entry => In(entry, known, Nothing))];
    }

    /// <param name="known">What references find.</param>
    /// <param name="opened">The encrypted values among them that may be shown.</param>
    public static Resolution In(StoredVersion entry, IReadOnlyDictionary<string, StoredVersion> known, IReadOnlyDictionary<string, JsonElement> opened) =>
        References.Resolve(entry.Name.Key, entry.Shown, key => !known.TryGetValue(key, out var other) ? null
            : opened.TryGetValue(key, out var value) ? new LookedUp(Literal(value))
            : new LookedUp(other is { IsEncrypted: true, Sealed: not null } ? null : other.Shown));

    /// <summary>Everything that these entries refer to, directly or by others, as a lookup there finds it.</summary>
    public async Task<Dictionary<string, StoredVersion>> ReachableAsync(
        IReadOnlyList<StoredVersion> found, string profile, string environment, DateTimeOffset? at, Caller caller, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, StoredVersion>(StringComparer.Ordinal);
        var asked = new HashSet<string>(StringComparer.Ordinal);
        var wanted = Wanted(found);
        for (var chain = 0; wanted.Length > 0 && chain <= ReferenceResolver.MaxChain; chain++) // no further than anybody follows
        {
            var next = await entries.EffectiveAsync(profile, environment, new() { Keys = wanted, At = at }, caller, cancellationToken);
            foreach (var entry in next) known[entry.Name.Key] = entry;
            wanted = Wanted(next);
        }
        return known;

        string[] Wanted(IEnumerable<StoredVersion> referring) => [.. referring.SelectMany(entry => entry.Refs).Where(asked.Add)];
    }

    /// <summary>A secret is taken as it is: what looks like a reference in it is part of it.</summary>
    static JsonElement Literal(JsonElement secret) => JsonSerializer.SerializeToElement(Literal(JsonNode.Parse(secret.GetRawText())));

    static JsonNode? Literal(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Literal(member.Value)))),
        JsonArray elements => new JsonArray([.. elements.Select(Literal)]),
        JsonValue text when text.GetValueKind() == JsonValueKind.String => JsonValue.Create(text.GetValue<string>().Replace("${", "$${", StringComparison.Ordinal)),
        _ => node?.DeepClone(),
    };
}
