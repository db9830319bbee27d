namespace Consilium.Platform.Errors;

/// <summary>A broken invariant: the request was well formed, but the state refuses it. Answered as 409 with its <see cref="Code"/>.</summary>
internal sealed class DomainException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

/// <summary>The server cannot take this now and did nothing: answered with <see cref="Status"/> (429 or 503) and <c>Retry-After</c>.</summary>
internal sealed class BusyException(int status, TimeSpan retryAfter, string code, string message) : Exception(message)
{
    public int Status { get; } = status;
    public TimeSpan RetryAfter { get; } = retryAfter;
    public string Code { get; } = code;
}
