using System.Xml;

namespace Consilium.Platform.MediaTypes;

/// <summary>Word and Excel files (ECMA-376): packages of the right main type, without macros, controls, programs or archives inside.</summary>
internal static class OfficePackage
{
    const int LargestContentTypes = 256 * 1024;
    const string Document = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    static readonly string[] Active = ["macroEnabled", "vbaProject", "activeX"];

    public static FileKind? Identify(FileBytes file)
    {
        if (ZipDirectory.Read(file) is not { } zip || zip.Find("_rels/.rels") is null) return null;
        if (zip.Entries.Any(entry => IsActive(entry.Name))) return null;
        if (zip.Find("[Content_Types].xml") is not { } list || zip.Unpack(list, LargestContentTypes) is not { } types) return null;
        return Identify(types, zip);
    }

    static bool IsActive(string entry) =>
        entry.Contains("vbaProject", StringComparison.OrdinalIgnoreCase) || entry.Contains("vbaData", StringComparison.OrdinalIgnoreCase)
        || entry.Contains("/activeX/", StringComparison.OrdinalIgnoreCase)
        || FileTypes.IsActive(FileTypes.ExtensionOf(entry)) || FileTypes.IsArchive(FileTypes.ExtensionOf(entry));

    /// <summary>By the list of the parts and their types that every package has.</summary>
    static FileKind? Identify(byte[] contentTypes, ZipDirectory zip)
    {
        var main = new List<string>();
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(contentTypes),
                new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = LargestContentTypes });
            while (reader.Read())
            {
                if (reader.NodeType != XmlNodeType.Element || reader.GetAttribute("ContentType") is not { } type) continue;
                if (Active.Any(word => type.Contains(word, StringComparison.OrdinalIgnoreCase))) return null;
                var isMain = type is $"{Document}.main+xml" or $"{Workbook}.main+xml";
                if (isMain && reader.GetAttribute("PartName") is { } part && zip.Find(part.TrimStart('/')) is not null) main.Add(type);
            }
        }
        catch (XmlException)
        {
            return null;
        }
        return main is [var only] ? new(only[..^".main+xml".Length]) : null;
    }
}
