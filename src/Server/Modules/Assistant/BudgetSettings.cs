using Consilium.Platform.Hosting;

namespace Consilium.Modules.Assistant;

/// <summary>What models may cost: the section <c>Assistant:Budget</c> of the server's configuration. 0 stands for no limit.</summary>
internal sealed record BudgetSettings
{
    /// <summary>Tokens, read and written, for the threads of one owner within a day (UTC).</summary>
    public long OwnerTokensPerDay { get; init; } = 500_000;

    /// <summary>Tokens for the whole installation within a day (UTC).</summary>
    public long TokensPerDay { get; init; } = 20_000_000;

    /// <summary>Unfinished runs in the threads of one owner that are answered by models; those beyond get the built-in rules.</summary>
    public int QueuedPerOwner { get; init; } = 50;

    public static BudgetSettings From(IConfiguration configuration)
    {
        var settings = configuration.GetSection("Assistant:Budget").Get<BudgetSettings>() ?? new();
        return settings is { OwnerTokensPerDay: >= 0, TokensPerDay: >= 0, QueuedPerOwner: >= 0 }
            ? settings
            : throw new StartException("The section Assistant:Budget of the settings needs numbers that are zero (no limit) or more.");
    }
}
