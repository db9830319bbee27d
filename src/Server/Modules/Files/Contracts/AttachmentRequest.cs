using System.Text.Json;
using System.Text.Json.Serialization;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Text;
using Consilium.Platform.Validation;
using FluentValidation;

namespace Consilium.Modules.Files.Contracts;

/// <summary>A file to attach to a message, as clients name it: the id of an upload, or an object that says where to fetch it.</summary>
[JsonConverter(typeof(AttachmentRequestJson))]
[WrittenAs(typeof(Guid), typeof(RemoteFileRequest))]
internal sealed record AttachmentRequest(Guid? FileId, RemoteFileRequest? Remote)
{
    public NewAttachment ToAttach() => FileId is { } id ? NewAttachment.Upload(id) : NewAttachment.ToFetch(Remote!.FileName!.Trimmed(), Remote.FileUrl!.Trimmed());
}

/// <summary>A file that the server fetches from an address.</summary>
/// <param name="FileName">What to call it.</param>
/// <param name="FileUrl">An absolute http or https address. It is fetched in the background; what can't be had is said in the attachment.</param>
internal sealed record RemoteFileRequest(string? FileName, string? FileUrl);

internal sealed class RemoteFileValidator : AbstractValidator<RemoteFileRequest>
{
    const int MaxName = 255;
    const int MaxUrl = 2048;

    public RemoteFileValidator()
    {
        RuleFor(r => r.FileName).Text(1, MaxName);
        RuleFor(r => r.FileUrl).Cascade(CascadeMode.Stop).Text(1, MaxUrl)
            .Must(url => Uri.TryCreate(url, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps))
            .WithMessage("must be an absolute http or https address.");
    }
}

/// <summary>The rules for what one message may carry.</summary>
internal static class AttachmentRules
{
    public const int MaxPerMessage = 10;

    static readonly RemoteFileValidator Remote = new();

    /// <summary>One attachment, in place of a list of one.</summary>
    /// <param name="many">The list of the same request, which must have none then.</param>
    public static void Attachment<T>(this IRuleBuilder<T, AttachmentRequest?> rule, Func<T, IReadOnlyList<AttachmentRequest?>?> many) => rule.Custom((wanted, context) =>
    {
        if (wanted is null) return;
        if (many(context.InstanceToValidate) is { Count: > 0 }) context.AddFailure("must not stand beside attachments: send all of them there.");
        else if (wanted.Remote is { } remote) AddFailures(context, context.PropertyPath, remote);
    });

    /// <summary>What to attach, whichever of the two members it stands in.</summary>
    public static IReadOnlyList<NewAttachment> ToAttach(AttachmentRequest? one, IReadOnlyList<AttachmentRequest?>? many) =>
        one is not null ? [one.ToAttach()] : [.. many?.Select(attachment => attachment!.ToAttach()) ?? []];

    /// <summary>The member that names the attachment of this index.</summary>
    public static string PathOf(AttachmentRequest? one, int? index) => one is not null ? "attachment" : $"attachments[{index}]";

    static void AddFailures<T>(ValidationContext<T> context, string path, RemoteFileRequest remote)
    {
        foreach (var failure in Remote.Validate(remote).Errors) context.AddFailure($"{path}.{failure.PropertyName}", failure.ErrorMessage);
    }

    public static void Attachments<T>(this IRuleBuilder<T, IReadOnlyList<AttachmentRequest?>?> rule) =>
        rule.Entries(MaxPerMessage).Custom(Judge);

    static void Judge<T>(IReadOnlyList<AttachmentRequest?>? wanted, ValidationContext<T> context)
    {
        var named = new HashSet<Guid>();
        for (var i = 0; i < wanted?.Count; i++)
        {
            var path = $"{context.PropertyPath}[{i}]";
            if (wanted[i] is not { } attachment) context.AddFailure(path, "must be the id of an upload, or an object with file_name and file_url.");
            else if (attachment.FileId is { } id && !named.Add(id)) context.AddFailure(path, "is named twice.");
            else if (attachment.Remote is { } remote) AddFailures(context, path, remote);
        }
    }
}

/// <summary>Text is the id of an upload, an object a file to fetch.</summary>
internal sealed class AttachmentRequestJson : JsonConverter<AttachmentRequest>
{
    const string FileName = "file_name";
    const string FileUrl = "file_url";

    public override AttachmentRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var id)) return new(id, null);
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
        string? name = null, url = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isName, isUrl) = (reader.ValueTextEquals(FileName), reader.ValueTextEquals(FileUrl));
            reader.Read();
            if (isName) name = Text(reader);
            else if (isUrl) url = Text(reader);
            else reader.TrySkip(); // the whole value is in the buffer
        }
        return new(null, new(name, url));
    }

    public override void Write(Utf8JsonWriter writer, AttachmentRequest value, JsonSerializerOptions options)
    {
        if (value.FileId is { } id)
        {
            writer.WriteStringValue(id);
            return;
        }
        writer.WriteStartObject();
        writer.WriteString(FileName, value.Remote?.FileName);
        writer.WriteString(FileUrl, value.Remote?.FileUrl);
        writer.WriteEndObject();
    }

    static string? Text(Utf8JsonReader reader) => reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw new JsonException();
}
