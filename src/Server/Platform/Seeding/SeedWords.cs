using System.Text;

namespace Consilium.Platform.Seeding;

/// <summary>Texts of invented medicine: no word of it is a disease, a remedy or a name, and some are as common as words of a language are.</summary>
internal static class SeedWords
{
    static readonly string[] Stems =
    [
        "cardel", "pulmor", "renab", "hepast", "dermol", "neuvar", "gastil", "ostab", "arthil", "myov", "vasel", "lymber", "thyrol", "bronil", "ophtal", "rhinab",
        "cystor", "angil", "hemov", "spinal", "tendar", "febril", "glucab", "ferrin",
    ];

    static readonly string[] Endings =
        ["ova", "itrin", "alix", "oxum", "emir", "ulin", "aster", "ivan", "odyn", "esca", "imol", "urex", "agon", "ypsis", "orin", "exal", "idor", "umax", "enta", "olis"];

    static readonly string[] Plain =
    [
        "the", "and", "with", "since", "days", "without", "left", "right", "mild", "strong", "twice", "once", "seen", "again", "control", "stable", "better", "worse", "in",
        "of", "after", "before", "morning", "evening", "week", "given", "measured", "normal", "range", "no", "to", "be", "continued", "stopped",
    ];

    public static IReadOnlyList<string> Specialities { get; } = ["Cardelology", "Pulmorics", "Neuvaristry", "Ostabics", "Dermolics", "General practice"];

    public static IReadOnlyList<string> Cities { get; } = ["Northport", "Eastfield", "Southbridge", "Westhaven", "Middleton"];

    /// <summary>One sentence of so many words.</summary>
    public static string Text(ref Dice dice, int words)
    {
        var text = new StringBuilder(words * 8);
        for (var i = 0; i < words; i++) text.Append(i == 0 ? "" : " ").Append(dice.Below(5) < 2 ? dice.Of(Plain) : Word(ref dice));
        text[0] = char.ToUpperInvariant(text[0]);
        return text.Append('.').ToString();
    }

    /// <summary>Of two draws the lower: the first words are many times as common as the last.</summary>
    static string Word(ref Dice dice)
    {
        var index = Math.Min(dice.Below(Stems.Length * Endings.Length), dice.Below(Stems.Length * Endings.Length));
        return Stems[index % Stems.Length] + Endings[index / Stems.Length];
    }
}
