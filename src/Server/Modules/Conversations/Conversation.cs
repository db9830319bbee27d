namespace Consilium.Modules.Conversations;

/// <summary>What a program talks about with the assistant. The messages are in the thread of the same id.</summary>
internal sealed class Conversation
{
    public const int MaxTitle = 200;
    public const int MaxDescription = 500;
    public const int MaxText = 20_000;

    Conversation() { }

    public Guid Id { get; private set; }
    public string? Title { get; private set; }
    public string Description { get; private set; } = "";

    public static Conversation Open(Guid id, string? title, string description) => new() { Id = id, Title = title, Description = description };
}
