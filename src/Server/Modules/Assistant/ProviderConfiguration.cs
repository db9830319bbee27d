using System.Globalization;
using Consilium.Platform.Hosting;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Reads the chain: from the list <c>Assistant:Providers</c>, or, without one, from the variables that are usual for each known provider. What a
/// provider's entry does not say is taken from <c>Assistant</c> itself (<c>Assistant:TokenTimeout</c>), else it is the default.
/// </summary>
internal static class ProviderConfiguration
{
    const string Section = "Assistant";
    const string List = "Assistant:Providers";
    static readonly string[] Rules = ["rules", "built-in", "none"];

    static readonly string[] Members = [.. typeof(ProviderSettings).GetProperties().Where(p => p.CanWrite).Select(p => p.Name), "KeyFile"];

    /// <exception cref="StartException">Something makes no sense, or a key is missing.</exception>
    public static ChainSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var defaults = new ChainSettings([]);
        var listed = configuration.GetSection(List).GetChildren().ToList();
        if (configuration[List] is { Length: > 0 }) throw new StartException($"The setting {List} is a list: write {List}:0:Name and so on.");
        var providers = listed.Count > 0 ? listed.ConvertAll(entry => Listed(entry, section, configuration)) : FromVariables(section, configuration);
        if (providers.GroupBy(p => p.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new StartException($"{List} has two entries by the name {twice.Key}: give each its own.");
        return new(providers)
        {
            MaxAnswerLength = new SettingsReader(section, null).Number("MaxAnswerLength", defaults.MaxAnswerLength, 100, 1_000_000),
            AnswerTimeout = new SettingsReader(section, null).Duration("AnswerTimeout", defaults.AnswerTimeout),
        };
    }

    static ProviderSettings Listed(IConfigurationSection entry, IConfigurationSection common, IConfiguration configuration)
    {
        if (entry.GetChildren().FirstOrDefault(member => !Members.Contains(member.Key, StringComparer.OrdinalIgnoreCase)) is { } stranger)
            throw new StartException($"{entry.Path} has a member {stranger.Key}, which means nothing. Known are {string.Join(", ", Members)}.");
        var name = entry["Name"]?.Trim() is { Length: > 0 } given ? given : throw new StartException($"{entry.Path} needs a Name, such as openai, groq, gemini, or one of your own.");
        var known = KnownProvider.Find(name);
        var address = entry["BaseAddress"] ?? known?.Address(configuration) ?? throw new StartException(
            $"{entry.Path} ({name}) needs a BaseAddress, such as http://localhost:11434/v1: only {KnownProvider.Names} have one that is known.");
        var model = entry["Model"] ?? known?.Model(configuration) ?? throw new StartException($"{entry.Path} ({name}) needs a Model.");
        var key = KeyOf(entry) ?? (entry["BaseAddress"] is null ? known?.Key(configuration) : null);
        if (key is null && known is not null && entry["BaseAddress"] is null && known.Override(configuration) is null)
            throw new StartException($"{entry.Path} ({name}) needs a Key, a KeyFile, or the variable {known.KeyVariables[0]}.");
        return Complete(new(known?.Name ?? name, Address(address, $"{entry.Path}:BaseAddress"), model) { ContextTokens = known?.ContextTokens ?? 8192 }, key, new(entry, common));
    }

    static List<ProviderSettings> FromVariables(IConfigurationSection common, IConfiguration configuration)
    {
        var wanted = configuration["AI_PROVIDER"]?.Trim().ToLowerInvariant();
        if (Rules.Contains(wanted)) return [];
        var first = string.IsNullOrEmpty(wanted) ? null : KnownProvider.Find(wanted)
            ?? throw new StartException($"AI_PROVIDER is '{wanted}', and must be one of {KnownProvider.Names}, rules. Any other provider is configured in {List}.");
        if (first is not null && !first.IsConfigured(configuration))
            throw new StartException($"AI_PROVIDER is {wanted}, and {first.KeyVariables[0]} is missing: set it, or set AI_PROVIDER=rules to do without a model.");
        return [.. KnownProvider.All.Where(one => one.IsConfigured(configuration)).OrderBy(one => one != first)
            .Select(one => Complete(
                new(one.Name, Address(one.Address(configuration), one.AddressVariable), one.Model(configuration)) { ContextTokens = one.ContextTokens },
                one.Key(configuration), new(common, null)))];
    }

    static ProviderSettings Complete(ProviderSettings provider, string? key, SettingsReader reader)
    {
        if (key is not null && !key.All(c => c is > ' ' and <= '~'))
            throw new StartException($"The key of the provider {provider.Name} has spaces or letters that no key has: copy it anew.");
        var complete = provider with
        {
            Key = key is null ? null : new(key),
            ContextTokens = reader.Number("ContextTokens", provider.ContextTokens, 512, 10_000_000),
            MaxTokens = reader.Number("MaxTokens", provider.MaxTokens, 1, 1_000_000),
            MaxTokensName = reader.Text("MaxTokensName") ?? provider.MaxTokensName,
            ContinuesPrefix = reader.Flag("ContinuesPrefix", provider.ContinuesPrefix),
            ContinueFinalMessage = reader.Flag("ContinueFinalMessage", provider.ContinueFinalMessage),
            FirstTokenTimeout = reader.Duration("FirstTokenTimeout", provider.FirstTokenTimeout),
            TokenTimeout = reader.Duration("TokenTimeout", provider.TokenTimeout),
            MaxConcurrency = reader.Number("MaxConcurrency", provider.MaxConcurrency, 1, 10_000),
            MaxWait = reader.Duration("MaxWait", provider.MaxWait),
            Retries = reader.Number("Retries", provider.Retries, 0, 10),
            RetryPause = reader.Duration("RetryPause", provider.RetryPause),
            MaxRetryPause = reader.Duration("MaxRetryPause", provider.MaxRetryPause),
            BreakerFailures = reader.Number("BreakerFailures", provider.BreakerFailures, 2, 1000),
            BreakerWindow = reader.Duration("BreakerWindow", provider.BreakerWindow, TimeSpan.FromMilliseconds(500)),
            BreakerPause = reader.Duration("BreakerPause", provider.BreakerPause, TimeSpan.FromMilliseconds(500)),
        };
        return complete.MaxTokens < complete.ContextTokens ? complete : throw new StartException(
            $"The provider {complete.Name} has MaxTokens {complete.MaxTokens}, which leaves nothing of its ContextTokens {complete.ContextTokens} for the question.");
    }

    static string? KeyOf(IConfigurationSection entry)
    {
        if (entry["Key"]?.Trim() is { Length: > 0 } key) return key;
        if (entry["KeyFile"] is not { Length: > 0 } file) return null;
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } text ? text : throw new StartException($"The file of {entry.Path}:KeyFile is empty.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"{entry.Path}:KeyFile cannot be read: {fault.Message}", fault);
        }
    }

    static Uri Address(string text, string key) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address is { UserInfo: "", Query: "", Fragment: "" }
            ? address
            : throw new StartException($"The setting {key} must be an address such as http://localhost:11434/v1, without user name, password or query.");
}

/// <summary>Values of a section, or else of the common one; what makes no sense stops the start with its name.</summary>
internal sealed class SettingsReader(IConfigurationSection section, IConfigurationSection? common)
{
    public string? Text(string name) => Find(name).Value;

    public int Number(string name, int otherwise, int least, int most) => Find(name) is ({ } text, var key)
        ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new StartException($"The setting {key} must be a whole number from {least} to {most}, and is '{text}'.")
        : otherwise;

    public bool Flag(string name, bool otherwise) => Find(name) is ({ } text, var key)
        ? bool.TryParse(text, out var flag) ? flag : throw new StartException($"The setting {key} must be true or false, and is '{text}'.")
        : otherwise;

    public TimeSpan Duration(string name, TimeSpan otherwise, TimeSpan least = default) => Find(name) is ({ } text, var key)
        ? TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero && time >= least && time <= TimeSpan.FromDays(1)
            ? time
            : throw new StartException($"The setting {key} must be a time such as 00:00:15{(least > TimeSpan.Zero ? $", {least} or more" : "")}, and is '{text}'.")
        : otherwise;

    (string? Value, string Key) Find(string name)
    {
        if (section[name] is { Length: > 0 } own) return (own, $"{section.Path}:{name}");
        return common?[name] is { Length: > 0 } shared ? (shared, $"{common.Path}:{name}") : (null, "");
    }
}
