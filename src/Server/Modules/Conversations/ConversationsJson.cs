using System.Text.Json.Serialization;
using Consilium.Platform.Errors;

namespace Consilium.Modules.Conversations;

/// <summary>Serializers made at compile time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ConversationResponse))]
[JsonSerializable(typeof(DeletedConversationResponse))]
[JsonSerializable(typeof(ConversationMessageResponse))]
[JsonSerializable(typeof(ConversationMessagePage))]
[JsonSerializable(typeof(EnvelopedError))]
internal sealed partial class ConversationsJson : JsonSerializerContext;
