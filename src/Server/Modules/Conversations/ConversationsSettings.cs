using Consilium.Modules.Settings.Contracts;
using Consilium.Platform.Hosting;

namespace Consilium.Modules.Conversations;

/// <summary>The section <c>Conversations</c> of the server's configuration.</summary>
/// <param name="PublicRead">Whether anybody who knows its random id may read a conversation; otherwise reading needs a key, too. What the section says counts until the product's own configuration says something.</param>
internal sealed record ConversationsSettings(Switch PublicRead)
{
    const string PublicReadKey = "Conversations:PublicRead";

    public static ConversationsSettings From(IConfiguration configuration) => new(new Switch("conversations.public_read", Default:
        configuration[PublicReadKey] is not { Length: > 0 } text
        || (bool.TryParse(text, out var publicRead) ? publicRead : throw new StartException($"The setting {PublicReadKey} must be true or false, and is '{text}'."))));
}
