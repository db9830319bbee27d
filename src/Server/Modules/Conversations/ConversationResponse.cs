using Consilium.Platform.Idempotency;

namespace Consilium.Modules.Conversations;

/// <summary>A conversation.</summary>
/// <param name="ConversationId">The id of the conversation.</param>
/// <param name="Title">Null when it has none.</param>
/// <param name="Description">What it is about.</param>
/// <param name="DateCreated">When it was created.</param>
/// <param name="DateUpdated">When something was last said in it, or taken back.</param>
internal sealed record ConversationResponse(Guid ConversationId, string? Title, string Description, DateTimeOffset DateCreated, DateTimeOffset DateUpdated)
    : IHasResourceId
{
    Guid IHasResourceId.Id => ConversationId;
}

/// <summary>The sign that a conversation is gone.</summary>
/// <param name="Status">Always <c>success</c>.</param>
/// <param name="Message">What happened, for people.</param>
/// <param name="ConversationId">The id of the conversation that is gone.</param>
internal sealed record DeletedConversationResponse(string Status, string Message, Guid ConversationId);

/// <summary>A message of a conversation. It does not change: it can be deleted.</summary>
/// <param name="MessageId">The id of the message.</param>
/// <param name="Conversation">The conversation's id.</param>
/// <param name="Role">Who speaks: <c>user</c> or <c>assistant</c>.</param>
/// <param name="Text">What was said.</param>
/// <param name="DateCreated">When it was posted.</param>
/// <param name="DateUpdated">The same time: messages do not change.</param>
internal sealed record ConversationMessageResponse(
    Guid MessageId, Guid Conversation, string Role, string Text, DateTimeOffset DateCreated, DateTimeOffset DateUpdated) : IHasResourceId
{
    Guid IHasResourceId.Id => MessageId;
}

/// <summary>A page of messages, oldest first.</summary>
/// <param name="Count">How many there are on all pages.</param>
/// <param name="Next">The address of the next page; null on the last.</param>
/// <param name="Previous">The address of the page before; null on the first.</param>
/// <param name="Results">The messages of this page.</param>
internal sealed record ConversationMessagePage(long Count, string? Next, string? Previous, IReadOnlyList<ConversationMessageResponse> Results);
