namespace Consilium.Modules.Files;

/// <summary>Whether a file is taken: exactly one of <paramref name="Kind"/> and <paramref name="Refusal"/> is there.</summary>
internal sealed record FileJudgement(FileKind? Kind, FileRefusal? Refusal)
{
    /// <summary>Judges staged bytes by their content, against the type that the sender declared and the name that he gave. Nothing is decoded.</summary>
    /// <param name="declaredType">A media type, or null.</param>
    /// <param name="name">A clean one: see <see cref="FileName"/>.</param>
    public static FileJudgement Of(StagedBlob staged, string? declaredType, string name) => throw new NotSupportedException($"{staged.Size} {declaredType} {name}");

    public static FileJudgement Take(FileKind kind) => new(kind, null);

    public static FileJudgement Refuse(string code, string detail) => new(null, new(code, detail));
}

/// <summary>Why a file is not taken.</summary>
/// <param name="Code">For programs: <c>unsupported_media_type</c>, <c>content_contradicts_type</c>.</param>
/// <param name="Detail">For people.</param>
internal sealed record FileRefusal(string Code, string Detail);
