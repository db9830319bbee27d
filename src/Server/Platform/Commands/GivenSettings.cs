namespace Consilium.Platform.Commands;

/// <summary>
/// The settings among the arguments, <c>--Name:Of=value</c> or <c>--Name:Of value</c>, apart from the options and words that are left for the parser.
/// </summary>
/// <param name="Settings">Each as one argument, <c>--Name:Of=value</c>.</param>
/// <param name="Fault">What is wrong with one of them; null when nothing is.</param>
internal sealed record GivenSettings(IReadOnlyList<string> Settings, IReadOnlyList<string> Rest, string? Fault)
{
    const string Hyphens = "--";

    /// <param name="options">The names that are options and no settings, whatever their case: <c>--port</c> is not <c>PORT</c>.</param>
    public static GivenSettings TakeFrom(IReadOnlyList<string> arguments, IReadOnlyList<string> options)
    {
        var settings = new List<string>();
        var rest = new List<string>();
        string? fault = null;
        for (var i = 0; i < arguments.Count && arguments[i] != Hyphens; i++)
        {
            var equals = arguments[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? arguments[i] : arguments[i][..equals];
            if (arguments[i].EndsWith('=') && IsLong(name) && KnownSettings.IsSection(name[2..])) continue; // says nothing; hosts of tests write it
            if (!IsLong(name) || options.Contains(name, StringComparer.OrdinalIgnoreCase) || !KnownSettings.Has(name[2..]))
            {
                rest.Add(arguments[i]);
                continue;
            }
            var key = $"{Hyphens}{KnownSettings.KeyOf(name[2..])}";
            if (equals >= 0) settings.Add($"{key}={arguments[i][(equals + 1)..]}");
            else if (i + 1 < arguments.Count && !IsLong(arguments[i + 1])) settings.Add($"{key}={arguments[++i]}");
            else fault ??= $"{name} needs a value: {name}=…";
        }
        return new(settings, [.. rest, .. arguments.SkipWhile(argument => argument != Hyphens)], fault);
    }

    static bool IsLong(string argument) => argument.StartsWith(Hyphens, StringComparison.Ordinal);

    public bool Has(string key) => Settings.Any(setting => setting.StartsWith($"{Hyphens}{key}=", StringComparison.OrdinalIgnoreCase));
}
