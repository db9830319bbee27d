namespace Consilium.Platform.MediaTypes;

/// <summary>Media types as senders call them, and extensions that a system would run.</summary>
internal static class FileTypes
{
    static readonly Dictionary<string, string> Aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["image/jpg"] = "image/jpeg", ["image/pjpeg"] = "image/jpeg", ["image/x-png"] = "image/png", ["image/apng"] = "image/png",
        ["image/heif"] = "image/heic", ["image/heic-sequence"] = "image/heic", ["image/heif-sequence"] = "image/heic",
        ["application/x-pdf"] = "application/pdf",
        ["text/x-csv"] = "text/csv", ["application/csv"] = "text/csv", ["application/x-csv"] = "text/csv", ["text/comma-separated-values"] = "text/csv",
        ["application/vnd.ms-excel"] = "text/csv", // what Windows calls CSV once Excel is installed
        ["text/markdown"] = "text/plain", ["text/x-log"] = "text/plain", ["text/x-markdown"] = "text/plain",
        ["audio/mp3"] = "audio/mpeg", ["audio/x-mp3"] = "audio/mpeg", ["audio/x-mpeg"] = "audio/mpeg", ["audio/mpeg3"] = "audio/mpeg",
        ["audio/x-wav"] = "audio/wav", ["audio/wave"] = "audio/wav", ["audio/vnd.wave"] = "audio/wav", ["audio/x-pn-wav"] = "audio/wav",
        ["audio/x-flac"] = "audio/flac", ["audio/x-aac"] = "audio/aac", ["audio/aacp"] = "audio/aac", ["audio/x-hx-aac-adts"] = "audio/aac",
        ["audio/m4a"] = "audio/mp4", ["audio/x-m4a"] = "audio/mp4",
        ["application/ogg"] = "audio/ogg", ["audio/opus"] = "audio/ogg", ["audio/x-ogg"] = "audio/ogg", ["audio/vorbis"] = "audio/ogg",
        // By their extension these are films to browsers; by their content they are not.
        ["video/webm"] = "audio/webm", ["video/ogg"] = "audio/ogg", ["video/mp4"] = "audio/mp4",
    };

    static readonly HashSet<string> Unsaid = new(StringComparer.OrdinalIgnoreCase)
        { "application/octet-stream", "binary/octet-stream", "application/x-download", "application/force-download", "application/unknown", "*/*" };

    static readonly HashSet<string> ActiveExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        "exe", "com", "scr", "pif", "bat", "cmd", "msi", "msp", "mst", "msu", "msc", "dll", "cpl", "ocx", "sys", "drv", "gadget", "application", "appref-ms",
        "js", "jse", "mjs", "cjs", "vb", "vbs", "vbe", "wsf", "wsh", "ws", "wsc", "sct", "hta", "ps1", "psm1", "psd1", "ps1xml", "psc1", "ps2",
        "html", "htm", "shtml", "xhtml", "xht", "mht", "mhtml", "svg", "svgz", "xsl", "xslt", "swf", "chm", "hlp",
        "jar", "jnlp", "class", "war", "apk", "ipa", "app", "appx", "msix", "appimage", "rpm", "deb", "pkg", "dmg", "iso", "img", "vhd", "vhdx",
        "lnk", "url", "webloc", "desktop", "scf", "inf", "reg", "library-ms", "search-ms", "settingcontent-ms", "theme", "diagcab",
        "sh", "bash", "zsh", "csh", "ksh", "fish", "command", "run", "py", "pyc", "pyw", "rb", "pl", "php", "phtml", "asp", "aspx", "jsp", "cgi",
        "docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm", "xll", "wll", "iqy", "slk",
    };

    static readonly HashSet<string> ArchiveExtensions = new(StringComparer.OrdinalIgnoreCase)
        { "zip", "zipx", "rar", "7z", "gz", "tgz", "bz2", "xz", "zst", "lz", "lzma", "tar", "cab", "arj", "ace", "z" };

    /// <summary>The last extension, in lower case, without its dot; empty without one.</summary>
    public static string ExtensionOf(string name) => Path.GetExtension(name) is { Length: > 1 } extension ? extension[1..].ToLowerInvariant() : "";

    public static bool IsActive(string extension) => ActiveExtensions.Contains(extension);

    public static bool IsArchive(string extension) => ArchiveExtensions.Contains(extension);

    /// <summary>Whether a sender of this content may call it so.</summary>
    public static bool Fits(string? declared, string mediaType) =>
        string.IsNullOrWhiteSpace(declared) || Unsaid.Contains(declared) || Canonical(declared) == Canonical(mediaType);

    /// <summary>Whether the sender calls his text a table.</summary>
    public static bool IsTable(string? declared, string extension) => extension == "csv" || (declared is not null && Canonical(declared) == "text/csv");

    static string Canonical(string type) => Aliases.TryGetValue(type, out var canonical) ? canonical : type.ToLowerInvariant();
}
