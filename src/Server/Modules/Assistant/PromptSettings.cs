namespace Consilium.Modules.Assistant;

/// <summary>What the instructions say of this installation: the section <c>Assistant</c> of the server's configuration.</summary>
internal sealed record PromptSettings
{
    /// <summary>Where the operator's own prompt files are: <c>case.md</c>, <c>ticket.md</c>, <c>conversation.md</c>, or some of them. Empty for none.</summary>
    public string PromptDirectory { get; init; } = "";

    /// <summary>Who runs this installation, as it stands in a sentence.</summary>
    public string Organisation { get; init; } = "this organisation";

    /// <summary>Whom to call in an emergency, as it stands in a sentence.</summary>
    public string EmergencyNumber { get; init; } = "the local emergency number";

    public static PromptSettings From(IConfiguration configuration) => configuration.GetSection("Assistant").Get<PromptSettings>() ?? new();
}
