using System.Diagnostics;
using System.Globalization;

namespace Consilium.Platform.Sandbox;

/// <summary>How much memory a process and all that it started have in use.</summary>
internal static class SandboxMemory
{
    // Not every kernel lists a process's children.
    static readonly bool ChildrenAreListed = File.Exists($"/proc/{Environment.ProcessId}/task/{Environment.ProcessId}/children");

    public static long Of(Process root)
    {
        if (OperatingSystem.IsLinux()) return TreeOf(root.Id).Sum(Resident);
        root.Refresh();
        return root.WorkingSet64;
    }

    /// <summary>The process and everything below it, as far as it lives.</summary>
    public static List<int> TreeOf(int root)
    {
        var all = ChildrenAreListed ? null : AllByParent();
        var tree = new List<int> { root };
        for (var i = 0; i < tree.Count; i++) tree.AddRange(all?[tree[i]] ?? ListedChildren(tree[i]));
        return tree;
    }

    static long Resident(int id) => Read($"/proc/{id}/statm").Split(' ') is [_, var pages, ..] ? Number(pages) * Environment.SystemPageSize : 0;

    static IEnumerable<int> ListedChildren(int id)
    {
        try
        {
            return [.. Directory.EnumerateDirectories($"/proc/{id}/task").SelectMany(thread => Numbers(Read($"{thread}/children")))];
        }
        catch (IOException)
        {
            return []; // it has ended
        }
    }

    static ILookup<int, int> AllByParent() => Directory.EnumerateDirectories("/proc").SelectMany(place => Numbers(Path.GetFileName(place)))
        .ToLookup(id => Read($"/proc/{id}/stat") is { Length: > 0 } stat ? (int)Number(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]) : 0);

    static IEnumerable<int> Numbers(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => (int)Number(word)).Where(number => number > 0);

    static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
