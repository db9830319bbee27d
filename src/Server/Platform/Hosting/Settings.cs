using System.Globalization;

namespace Consilium.Platform.Hosting;

/// <summary>Reads what is configured at the start; a value that makes no sense stops the start with its name.</summary>
internal static class Settings
{
    /// <summary>A whole number, zero or more.</summary>
    public static int WholeNumber(this IConfiguration configuration, string key, int otherwise)
    {
        if (configuration[key] is not { Length: > 0 } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new StartException($"The setting {key} must be a whole number, zero or more, and is '{text}'.");
    }

    /// <summary>A port; null when none is given.</summary>
    public static int? Port(this IConfiguration configuration, string key)
    {
        if (configuration[key] is not { Length: > 0 } text) return null;
        return configuration.WholeNumber(key, 0) is > 0 and <= 65535 and var port
            ? port
            : throw new StartException($"The setting {key} must be a port from 1 to 65535, and is {text}.");
    }

    /// <summary>Whether something is switched on.</summary>
    public static bool Flag(this IConfiguration configuration, string key, bool otherwise)
    {
        if (configuration[key] is not { Length: > 0 } text) return otherwise;
        return bool.TryParse(text, out var on) ? on : throw new StartException($"The setting {key} must be true or false, and is '{text}'.");
    }

    /// <summary>A list, written as one text with commas or as numbered entries.</summary>
    public static string[] List(this IConfiguration configuration, string key)
    {
        var section = configuration.GetSection(key);
        var entries = section.Value is { Length: > 0 } text ? text.Split([',', ';', ' ']) : section.GetChildren().Select(child => child.Value ?? "");
        return [.. entries.Select(entry => entry.Trim()).Where(entry => entry.Length > 0)];
    }
}
