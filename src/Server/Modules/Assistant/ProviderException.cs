namespace Consilium.Modules.Assistant;

/// <summary>A call to a provider failed. Its message is one of <see cref="CallReasons"/> and nothing else: what the other side said may quote the prompt.</summary>
internal sealed class ProviderException(string reason, Exception? cause = null) : Exception(reason, cause)
{
    public string Reason { get; } = reason;

    /// <summary>When the provider wants to be asked again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Why calls fail, as words of the stored rows.</summary>
internal static class CallReasons
{
    public const string FirstTokenTimeout = "timeout_first_token";
    public const string TokenTimeout = "timeout_between_tokens";

    /// <summary>The time for the whole answer was over.</summary>
    public const string AnswerTimeout = "timeout_answer";

    /// <summary>No connection: refused, no such name, no valid certificate.</summary>
    public const string Refused = "refused";
    public const string RateLimited = "rate_limited";

    /// <summary>401 or 403.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>404: no such model, or no such address.</summary>
    public const string NotFound = "not_found";
    public const string BadRequest = "bad_request";
    public const string Redirected = "redirected";
    public const string ServerError = "server_error";

    /// <summary>200, and no event stream.</summary>
    public const string NotAStream = "not_a_stream";
    public const string Malformed = "malformed";

    /// <summary>A line, the headers or the whole reply went on beyond every measure.</summary>
    public const string TooLong = "too_long";

    /// <summary>It ended without a finish_reason.</summary>
    public const string CutOff = "cut_off";

    /// <summary>An error came instead of the next event.</summary>
    public const string ErrorInStream = "error_in_stream";
    public const string ContentFilter = "content_filter";

    /// <summary>Tools were to be called, and none were offered.</summary>
    public const string ToolCalls = "tool_calls";

    /// <summary>A finish_reason that nobody knows.</summary>
    public const string UnknownFinish = "unknown_finish";

    /// <summary>It finished, and had said nothing.</summary>
    public const string Empty = "empty";

    /// <summary>A fault of this server.</summary>
    public const string Internal = "internal";

    /// <summary>Of a completed call: the answer was cut, by the model's limit or by ours.</summary>
    public const string Length = "length";
}
