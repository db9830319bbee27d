namespace Consilium.Modules.Files;

/// <summary>File names are text to show, never paths.</summary>
internal static class FileName
{
    public static string Clean(string given) => given;
}
