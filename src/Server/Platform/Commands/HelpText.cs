using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Consilium.Platform.Commands;

/// <summary>What <c>--help</c> shows, and what somebody reads who wrote the command line wrongly.</summary>
internal static class HelpText
{
    const int Width = 120;

    const string Settings = """
        Settings:
          Every setting can be an argument, --Name:Of=value or --Name:Of value, or an environment variable, Name__Of. These are needed most:
          --urls http://localhost:8000   Where it listens, when a port of localhost is not enough.
          --environment Development      With demo accounts. Otherwise it is Production.
          --Data:Directory data          The directory for its database, files and keys.
          DATABASE_URL                   A PostgreSQL of your own.
          deploy/.env.example lists them all.
        """;

    /// <summary>The option, which tells of the settings too.</summary>
    public static Option Option() => new HelpOption { Action = new Full() };

    /// <summary>The fault first, then how the command is used.</summary>
    public static void WriteUsage(ParseResult line, string fault)
    {
        Console.Error.WriteLine(fault);
        Console.Error.WriteLine();
        line.InvocationConfiguration.Output = Console.Error;
        new HelpAction { MaxWidth = Width }.Invoke(line);
    }

    /// <summary>A sentence about a word that means nothing here, with what may have been meant.</summary>
    public static string Stranger(string word, Command command)
    {
        var name = word.Split('=')[0];
        var isOption = name.StartsWith('-');
        IEnumerable<string> known = isOption
            ? [.. OptionsOf(command), .. KnownSettings.Names.Select(setting => $"--{setting}")]
            : command.Subcommands.Select(part => part.Name);
        var nearest = known.MinBy(one => Distance(name, one));
        var hint = nearest is not null && Distance(name, nearest) <= Math.Max(2, name.Length / 4) ? $" Did you mean {nearest}?" : "";
        if (isOption) return $"There is no option {name}.{hint}";
        if (command.Subcommands.Count == 0) return $"'{word}' is one word too many.";
        return name == word ? $"There is no command '{word}'.{hint}" : $"There is no command '{name}'. Write a setting with two hyphens: --{name}=…";
    }

    static IEnumerable<string> OptionsOf(Command command)
    {
        var inherited = command.Parents.OfType<Command>().SelectMany(parent => parent.Options.Where(option => option.Recursive));
        return command.Options.Concat(inherited).Select(option => option.Name);
    }

    /// <summary>How many letters must be put in, taken out or changed to make one word of the other, whatever their case (Levenshtein).</summary>
    static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var changed = char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]) ? 0 : 1;
                var next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + changed);
                (diagonal, row[j]) = (row[j], next);
            }
        }
        return row[^1];
    }

    sealed class Full : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            new HelpAction { MaxWidth = Width }.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(Settings);
            return 0;
        }
    }
}
