using Consilium.Platform.Hosting;

namespace Consilium.Modules.Assistant;

/// <summary>How runs are carried out: the section <c>Assistant</c> of the server's configuration.</summary>
internal sealed record AssistantSettings
{
    /// <summary>Runs that this process carries out at once; with 0 it leaves them to other servers. A run that waits for its provider costs next to nothing.</summary>
    public int Workers { get; init; } = 256;

    /// <summary>How long a run stays with a worker that is not heard of any more.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a process renews the leases of its runs, and finds out which are its no more.</summary>
    public TimeSpan Renewal { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often workers look for runs by themselves: those of dead workers, those of lost signals.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Claims of one run; whatever kills its workers so often is not tried again.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>The pause after the first failed attempt. It doubles with each.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    public static AssistantSettings From(IConfiguration configuration)
    {
        var settings = configuration.GetSection("Assistant").Get<AssistantSettings>() ?? new();
        if (settings is not { Workers: >= 0, MaxAttempts: > 0 } || settings.Poll <= TimeSpan.Zero || settings.RetryDelay < TimeSpan.Zero
            || settings.Renewal <= TimeSpan.Zero || settings.Renewal >= settings.Lease)
            throw new StartException("The section Assistant of the settings needs positive values (Workers: or 0) and a Renewal below the Lease.");
        return settings;
    }
}
