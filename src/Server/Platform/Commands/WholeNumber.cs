using System.CommandLine.Parsing;
using System.Globalization;

namespace Consilium.Platform.Commands;

/// <summary>Reads the whole number of an option, and says in a sentence what it must be.</summary>
internal static class WholeNumber
{
    /// <typeparam name="T">A number, or a number that may be left out.</typeparam>
    public static Func<ArgumentResult, T> From<T>(long least, long most) => given =>
    {
        var text = given.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return (T)Convert.ChangeType(number, Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), CultureInfo.InvariantCulture);
        var option = ((OptionResult)given.Parent!).Option.Name;
        given.AddError(string.Create(CultureInfo.InvariantCulture, $"{option} needs a whole number from {least} to {most}."));
        return default!;
    };
}
