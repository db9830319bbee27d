namespace Consilium.Modules.Assistant;

/// <summary>Whoever writes an answer: the built-in rules or, outside this system, a model.</summary>
internal interface IAnswerer
{
    AnswerSource Source { get; }

    /// <summary>The answer in pieces, as they come. An exception, or no text at all, is a failed attempt.</summary>
    IAsyncEnumerable<string> AnswerAsync(string question, CancellationToken cancellationToken);
}

/// <summary>What an answer shows of its origin.</summary>
internal sealed record AnswerSource(string Provider, string Model);
