namespace Consilium.Modules.Assistant;

/// <summary>A provider that needs no more than its key, by the variables that are usual for it.</summary>
/// <param name="Aliases">What else it is called.</param>
/// <param name="KeyVariables">The first that is set counts.</param>
/// <param name="AddressVariable">Leads to another server of the same kind, which may want no key.</param>
internal sealed record KnownProvider(
    string Name, string[] Aliases, string DefaultAddress, string DefaultModel, int ContextTokens, string[] KeyVariables, string ModelVariable, string AddressVariable)
{
    public static IReadOnlyList<KnownProvider> All { get; } =
    [
        new("openai", [], "https://api.openai.com/v1", "gpt-4", 8192, ["OPENAI_API_KEY"], "OPENAI_MODEL", "OPENAI_BASE_URL"),
        new("groq", [], "https://api.groq.com/openai/v1", "llama-3.3-70b-versatile", 131_072, ["GROQ_API_KEY"], "GROQ_MODEL", "GROQ_BASE_URL"),
        new("gemini", ["google"], "https://generativelanguage.googleapis.com/v1beta/openai", "gemini-pro", 32_768, ["GOOGLE_API_KEY", "GEMINI_API_KEY"],
            "GEMINI_MODEL", "GEMINI_BASE_URL"),
    ];

    public static string Names { get; } = string.Join(", ", All.Select(one => one.Name));

    /// <summary>Everything in the environment that configures providers.</summary>
    public static IReadOnlyList<string> Variables { get; } =
        ["AI_PROVIDER", .. All.SelectMany(one => (string[])[.. one.KeyVariables, one.ModelVariable, one.AddressVariable])];

    public static KnownProvider? Find(string name) =>
        All.FirstOrDefault(one => one.Aliases.Prepend(one.Name).Contains(name, StringComparer.OrdinalIgnoreCase));

    public string? Key(IConfiguration configuration) => KeyVariables.Select(variable => Value(configuration, variable)).FirstOrDefault(key => key is not null);

    public string Model(IConfiguration configuration) => Value(configuration, ModelVariable) ?? DefaultModel;

    public string Address(IConfiguration configuration) => Override(configuration) ?? DefaultAddress;

    public string? Override(IConfiguration configuration) => Value(configuration, AddressVariable);

    public bool IsConfigured(IConfiguration configuration) => Key(configuration) is not null || Override(configuration) is not null;

    static string? Value(IConfiguration configuration, string variable) => configuration[variable]?.Trim() is { Length: > 0 } value ? value : null;
}
