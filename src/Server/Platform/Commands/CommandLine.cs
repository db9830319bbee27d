using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Consilium.Platform.Hosting;

namespace Consilium.Platform.Commands;

/// <summary>Composes the application and runs a command on it, before it has been started; with null the server itself runs.</summary>
internal delegate Task<int> RunCommand(ParseResult line, Func<WebApplication, Task<int>>? command);

/// <summary>
/// What the arguments ask for: the server, or one of its commands. Help and the version are printed, and wrong arguments are refused with the usage
/// and exit code 2, before anything is composed, created or reached.
/// </summary>
internal static class CommandLine
{
    const int WrongUsage = 2;

    static readonly ParserConfiguration Plain = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <param name="build">Composes the application from the settings among the arguments, each as <c>--Name:Of=value</c>.</param>
    public static async Task<int> RunAsync(string[] args, Func<string[], WebApplication> build, params Func<RunCommand, Command>[] commands)
    {
        var port = new Option<int>("--port")
        {
            HelpName = "number", Description = "Listen on this port of localhost.", CustomParser = WholeNumber.From<int>(1, 65535),
        };
        var envFile = new Option<string>("--env-file")
        {
            HelpName = "file", Recursive = true, Description = "Read settings from this file, as NAME=value. What the environment has already stays.",
        };
        var root = new RootCommand($"{Product.Name} {Product.Version}. {Product.Description}");
        root.Directives.Clear();
        root.Options.Clear();
        foreach (var option in (Option[])[port, envFile, HelpText.Option(), Version()]) root.Add(option);

        var given = GivenSettings.TakeFrom(args, [.. root.Options.Select(option => option.Name)]);
        root.SetAction(line => Run(line, null));
        var serve = new Command("serve", "Runs the server. This is what happens without a command, too.") { port };
        serve.SetAction(line => Run(line, null));
        root.Add(serve);
        foreach (var command in commands) root.Add(command(Run));

        var line = root.Parse(given.Rest, Plain);
        if (Fault(line, given, line.GetResult(port) is not null) is { } fault)
        {
            if (!ServerProcess.IsThisOne) throw new StartException(fault);
            HelpText.WriteUsage(line, fault);
            return WrongUsage;
        }
        return await line.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });

        Task<int> Run(ParseResult line, Func<WebApplication, Task<int>>? command) => ServerProcess.RunAsync(() =>
        {
            if (line.GetValue(envFile) is { } file) EnvFile.Load(file);
            string[] listen = line.GetResult(port) is null ? [] : [$"--urls={Listening.OnLocalhost(line.GetValue(port))}"];
            return build([.. given.Settings, .. listen]);
        }, command);
    }

    static string? Fault(ParseResult line, GivenSettings given, bool hasPort)
    {
        var command = line.CommandResult.Command;
        // The parser passes over [a word in brackets].
        var directives = line.Tokens.Where(token => token.Type == TokenType.Directive).Select(token => token.Value);
        if (directives.Concat(line.UnmatchedTokens).FirstOrDefault() is { } stranger) return HelpText.Stranger(stranger, command);
        if (line.Action is SynchronousCommandLineAction { ClearsParseErrors: true }) return null; // help, and the version
        if (given.Fault is not null) return given.Fault;
        if (command.Action is null) return $"Say which: {string.Join(", ", command.Subcommands.Select(part => $"{command.Name} {part.Name}"))}.";
        if (line.Errors.Count > 0) return line.Errors[0].Message;
        return hasPort && given.Has("urls") ? "Give --port or --urls, not both." : null;
    }

    static Option<bool> Version() => new("--version") { Recursive = true, Description = "Show the version.", Action = new PrintVersion() };

    sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            Console.WriteLine($"{Product.Name} {Product.Version}");
            return 0;
        }
    }
}
