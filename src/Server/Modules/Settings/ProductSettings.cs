using System.Text.Json;
using Consilium.Modules.Settings.Contracts;

namespace Consilium.Modules.Settings;

/// <summary>The typed keys: those of this module, and those that other modules registered. Every other key is free.</summary>
internal sealed class ProductSettings(IEnumerable<ProductSetting> registered)
{
    /// <summary>Whether changes of entries must say in <c>If-Match</c> which version they were written from.</summary>
    public static readonly Switch RequireIfMatch = new("features.require_if_match", Default: false);

    /// <summary>How long versions are kept that newer ones have replaced, in days; 0 for ever.</summary>
    public static readonly Count HistoryDays = new("retention.config_history_days", Default: 0, Min: 0, Max: 36_500);

    public static readonly IReadOnlyList<ProductSetting> Own = [RequireIfMatch, HistoryDays];

    readonly Dictionary<string, ProductSetting> known = registered.ToDictionary(setting => setting.Key, StringComparer.Ordinal);

    public string[] Keys => [.. known.Keys];

    /// <summary>Why the key can't have this value; null when it can.</summary>
    public string? Fault(string key, JsonElement value, bool isEncrypted) =>
        !known.TryGetValue(key, out var setting) ? null
        : isEncrypted ? "is read by the server itself: it can't be encrypted."
        : setting.Fits(value) ? null
        : setting.Rule;
}
