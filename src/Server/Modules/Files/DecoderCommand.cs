using System.Globalization;

namespace Consilium.Modules.Files;

/// <summary>The command line that runs Node.js on a file, locked in as well as this system can.</summary>
/// <param name="Node">The program, links resolved.</param>
/// <param name="Programs">The directory of the thumbnailer.</param>
/// <param name="Bubblewrap">The program <c>bwrap</c>; null to go without.</param>
internal sealed record DecoderCommand(string Node, string Programs, string? Bubblewrap)
{
    const int HeapMegabytes = 96; // of JavaScript alone; pictures lie outside of it, and the watch counts everything

    // No core dump, no byte written to any file, few descriptors; the processor's time only for when nobody is left to look at the clock.
    const string Limits = """ulimit -c 0 && ulimit -f 0 && ulimit -n 256 && ulimit -S -t "$1" && shift && exec nice -n 5 "$@" """;

    // Libraries, and where Debian's Node.js keeps a part of itself.
    static readonly string[] System = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/nodejs", "/etc/ld.so.cache"];

    /// <summary>The command for the thumbnailer itself: a media type and a file, or nothing for a look at whether it works.</summary>
    public IReadOnlyList<string> ForFile(string? mediaType, string? file, TimeSpan time) =>
        For("thumbnailer.mjs", mediaType is null ? [] : [mediaType], file, time);

    /// <summary>Any script among the programs, with the path of <paramref name="file"/> as its last argument: the only thing of the host that it can read besides.</summary>
    public IReadOnlyList<string> For(string script, string[] arguments, string? file, TimeSpan time)
    {
        var processorSeconds = (int)(time.TotalSeconds * 2) + 2;
        string[] limited = ["/bin/sh", "-c", Limits, "sh", processorSeconds.ToString(CultureInfo.InvariantCulture)];
        string[] heap = [$"--max-old-space-size={HeapMegabytes}"];
        if (Bubblewrap is null)
        {
            return [.. limited, Node, .. heap, Path.Combine(Programs, script), .. arguments, .. file is null ? Array.Empty<string>() : [file]];
        }
        return
        [
            .. limited, Bubblewrap, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
            .. System.SelectMany(place => new[] { "--ro-bind-try", place, place }),
            "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--chdir", "/tmp",
            "--ro-bind", Node, "/node", "--ro-bind", Programs, "/thumbnailer",
            .. file is null ? Array.Empty<string>() : ["--ro-bind", file, "/input"],
            "--", "/node", .. heap, $"/thumbnailer/{script}", .. arguments, .. file is null ? Array.Empty<string>() : ["/input"],
        ];
    }
}
