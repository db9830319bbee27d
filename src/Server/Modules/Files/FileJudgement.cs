using Consilium.Platform.MediaTypes;

namespace Consilium.Modules.Files;

/// <summary>Whether a file is taken: exactly one of <paramref name="Kind"/> and <paramref name="Refusal"/> is there.</summary>
internal sealed record FileJudgement(FileKind? Kind, FileRefusal? Refusal)
{
    /// <summary>Judges staged bytes by their content, against the type that the sender declared and the name that he gave. Nothing is decoded.</summary>
    /// <param name="declaredType">A media type, or null.</param>
    /// <param name="name">A clean one: see <see cref="FileName"/>.</param>
    public static FileJudgement Of(StagedBlob staged, string? declaredType, string name)
    {
        var extension = FileTypes.ExtensionOf(name);
        if (FileTypes.IsActive(extension)) return Refuse("unsupported_media_type", $"Files that a computer may run are not taken, and .{extension} is one.");
        using var bytes = new FileBytes(staged.Path);
        if (FileContent.Identify(bytes) is not { } kind)
            return Refuse("unsupported_media_type", "By its content this is no file that is taken: send a picture, PDF, text, CSV, Word, Excel or audio file.");
        if (kind.MediaType == "text/plain" && FileTypes.IsTable(declaredType, extension)) kind = kind with { MediaType = "text/csv" };
        if (kind.MediaType == "text/csv" && FileTypes.Fits(declaredType, "text/plain")) return new(kind, null);
        return FileTypes.Fits(declaredType, kind.MediaType)
            ? new(kind, null)
            : Refuse("content_contradicts_type", $"The content is {kind.MediaType} and was sent as another type: correct the type, or leave it out.");
    }

    static FileJudgement Refuse(string code, string detail) => new(null, new(code, detail));
}

/// <summary>Why a file is not taken.</summary>
/// <param name="Code">For programs: <c>unsupported_media_type</c>, <c>content_contradicts_type</c>.</param>
/// <param name="Detail">For people.</param>
internal sealed record FileRefusal(string Code, string Detail);
