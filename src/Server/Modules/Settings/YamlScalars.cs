using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using Consilium.Platform.Json;

namespace Consilium.Modules.Settings;

/// <summary>What a scalar without quotes means: the core schema of YAML 1.2.</summary>
internal static partial class YamlScalars
{
    /// <summary>Longer ones are not made decimal: no JSON number here is so long.</summary>
    const int LongestHex = 66;

    /// <summary>A number, boolean or null as JSON, or at least meant so; null where it is text.</summary>
    public static string? Json(string plain) => plain switch
    {
        "" or "~" or "null" or "Null" or "NULL" => "null",
        "true" or "True" or "TRUE" => "true",
        "false" or "False" or "FALSE" => "false",
        _ when Decimal().Match(plain) is { Success: true } number => Normal(number),
        _ when HexOrOctal().IsMatch(plain) => plain.Length > LongestHex ? plain : Whole(plain),
        _ when NotFinite().IsMatch(plain) => plain,
        _ => null,
    };

    /// <summary>Whether what is meant as a number can be one in JSON; infinity cannot.</summary>
    public static bool CanBeJson(string json) => StrictJson.Fault(Encoding.UTF8.GetBytes(json)) is null;

    static string Normal(Match number)
    {
        var sign = number.Groups["sign"].Value == "-" ? "-" : "";
        var whole = number.Groups["whole"].Value.TrimStart('0');
        var point = number.Groups["point"] is { Success: true } digits ? "." + (digits.Length > 0 ? digits.Value : "0") : "";
        return $"{sign}{(whole.Length > 0 ? whole : "0")}{point}{number.Groups["exponent"].Value}";
    }

    static string Whole(string plain)
    {
        var value = BigInteger.Zero;
        foreach (var digit in plain.AsSpan(2)) value = value * (plain[1] == 'x' ? 16 : 8) + int.Parse([digit], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return value.ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\A(?<sign>[-+]?)(?:(?<whole>[0-9]+)(?:\.(?<point>[0-9]*))?|\.(?<point>[0-9]+))(?<exponent>[eE][-+]?[0-9]+)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Decimal();

    [GeneratedRegex(@"\A0(?:x[0-9a-fA-F]+|o[0-7]+)\z", RegexOptions.NonBacktracking)]
    private static partial Regex HexOrOctal();

    [GeneratedRegex(@"\A(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z", RegexOptions.NonBacktracking)]
    private static partial Regex NotFinite();
}
