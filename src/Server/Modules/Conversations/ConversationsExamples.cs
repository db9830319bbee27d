using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Conversations;

/// <summary>What the API's document shows with this door's bodies.</summary>
[BodyExamples]
internal static class ConversationsExamples
{
    static readonly Guid ConversationId = new("5d1f4c0e-3b7a-4c1e-9f57-0a6c8e2b41d3");
    static readonly DateTimeOffset At = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    static CreateConversationRequest CreateConversation => new("Questions about an invoice.", "Invoice");

    static ConversationResponse Conversation => new(ConversationId, "Invoice", "Questions about an invoice.", At, At.AddMinutes(2));

    static DeletedConversationResponse Deleted => new("success", "The conversation and its messages are deleted.", ConversationId);

    static CreateConversationMessageRequest CreateMessage => new("Hello! Was I charged twice?", "user");

    static ConversationMessageResponse Message =>
        new(new("c2a9b7d4-61f8-4e05-8d3c-7f1e9b0a5264"), ConversationId, "user", "Hello! Was I charged twice?", At.AddMinutes(1), At.AddMinutes(1));

    static ConversationMessagePage Page => new(
        Count: 11, $"https://example.com/conversations/{ConversationId}/messages?page=2", Previous: null, [Message]);
}
