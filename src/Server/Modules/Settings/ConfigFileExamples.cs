using System.Text.Json;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Settings;

/// <summary>What the API's document shows with import and comparison.</summary>
[BodyExamples]
internal static class ConfigFileExamples
{
    static readonly ConfigChangeResponse Moved =
        new("app.db.host", ConfigDifference.Changed, JsonSerializer.SerializeToElement("db.example.com"), JsonSerializer.SerializeToElement("db2.example.com"));

    static ConfigImportResponse Import => new(Valid: false, Applied: null, [Moved], [new(3, "limits.uploads", "must be a whole number from 1 to 100.")]);

    static ConfigDiffResponse Diff => new(new(Profile: null, "staging", At: null), new(Profile: null, "production", At: null), [Moved]);

    /// <summary>One file in all formats.</summary>
    public static FileExamples Files() => new(new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["application/json"] = ConfigFiles.Write(ConfigFormat.Json, Entries),
        ["application/yaml"] = ConfigFiles.Write(ConfigFormat.Yaml, Entries),
        ["text/plain"] = ConfigFiles.Write(ConfigFormat.Env, Entries),
    });

    static readonly FileEntry[] Entries =
    [
        new("app.db.host", JsonSerializer.SerializeToElement("db.example.com"), IsEncrypted: false, Line: 0),
        new("app.db.password", ConfigValues.Null, IsEncrypted: true, Line: 0),
        new("app.db.pool", JsonSerializer.SerializeToElement(20), IsEncrypted: false, Line: 0),
    ];
}
