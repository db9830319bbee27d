using Consilium.Platform.Hosting;

namespace Consilium.Modules.Conversations;

/// <summary>The section <c>Conversations</c> of the server's configuration.</summary>
/// <param name="PublicRead">Whether anybody who knows its random id may read a conversation; otherwise reading needs a key, too.</param>
internal sealed record ConversationsSettings(bool PublicRead)
{
    const string PublicReadKey = "Conversations:PublicRead";

    public static ConversationsSettings From(IConfiguration configuration) =>
        configuration[PublicReadKey] is not { Length: > 0 } text ? new(PublicRead: true)
        : bool.TryParse(text, out var publicRead) ? new(publicRead)
        : throw new StartException($"The setting {PublicReadKey} must be true or false, and is '{text}'.");
}
