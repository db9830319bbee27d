namespace Consilium.Modules.Assistant;

/// <summary>One provider of models, as it is configured.</summary>
internal sealed record ProviderSettings(string Name, Uri BaseAddress, string Model)
{
    /// <summary>Null for a server that wants none.</summary>
    public Secret? Key { get; init; }

    /// <summary>The model's window: prompt and answer together.</summary>
    public int ContextTokens { get; init; } = 8192;

    /// <summary>The longest answer that is asked for.</summary>
    public int MaxTokens { get; init; } = 2048;

    /// <summary>How the request names that limit: <c>max_tokens</c>, or <c>max_completion_tokens</c> where a model insists on it.</summary>
    public string MaxTokensName { get; init; } = "max_tokens";

    /// <summary>Goes on with a last message that is the assistant's, instead of answering it.</summary>
    public bool ContinuesPrefix { get; init; }

    /// <summary>Says so in the request as vLLM wants it: <c>continue_final_message</c>, and no new turn.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>From the call to the first text.</summary>
    public TimeSpan FirstTokenTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From one text to the next.</summary>
    public TimeSpan TokenTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Answers that this process has it write at once.</summary>
    public int MaxConcurrency { get; init; } = 64;

    /// <summary>How long an answer waits for its turn before the next provider is asked instead.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Further attempts, while nothing of the answer was given out.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>The pause before the first further attempt. It doubles with each, and has jitter.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause: who asks for more is left for the next provider.</summary>
    public TimeSpan MaxRetryPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>So many failures within <see cref="BreakerWindow"/>, and no fewer than half of its calls: then it is left alone.</summary>
    public int BreakerFailures { get; init; } = 5;

    public TimeSpan BreakerWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it is left alone before one call tries again.</summary>
    public TimeSpan BreakerPause { get; init; } = TimeSpan.FromSeconds(15);

    public AnswerSource Source => new(Name, Model);
}

/// <summary>What holds for the whole chain.</summary>
internal sealed record ChainSettings(IReadOnlyList<ProviderSettings> Providers)
{
    /// <summary>In UTF-16 units.</summary>
    public int MaxAnswerLength { get; init; } = 32_000;

    /// <summary>For all providers of one answer together; then the built-in rules end it.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
