using System.Text.Json;

namespace Consilium.Platform.Outbound;

/// <summary>Why an outbound request came to nothing.</summary>
internal enum OutboundFailure
{
    /// <summary>The text is no URL that this server fetches.</summary>
    BadUrl,

    /// <summary>The URL leads where this server does not go.</summary>
    NotAllowed,

    /// <summary>Nobody knows the host name.</summary>
    NotFound,
    Unreachable,

    /// <summary>TLS failed: the certificate is not that host's, or not valid.</summary>
    Certificate,

    /// <summary>The caller's time was up, or connecting took too long.</summary>
    Timeout,

    /// <summary>More bytes than the caller takes.</summary>
    TooLarge,

    /// <summary>Redirected too often, or to a place that is none.</summary>
    Redirect,

    /// <summary>Any answer but 200.</summary>
    Status,

    /// <summary>Compressed, which was not asked for.</summary>
    Encoding,

    /// <summary>The answer is no HTTP, its headers are too long, or it broke off.</summary>
    BadAnswer,
}

/// <summary>An outbound request was refused or failed. The message is for a user: what went wrong, and nothing of this server's inside.</summary>
internal sealed class OutboundRefusedException(OutboundFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    public OutboundFailure Failure { get; } = failure;

    /// <summary>For rows and answers: <c>not_allowed</c>, <c>bad_url</c> and so on.</summary>
    public string Code => JsonNamingPolicy.SnakeCaseLower.ConvertName(Failure.ToString());

    /// <summary>What was answered where <see cref="Failure"/> is <see cref="OutboundFailure.Status"/>.</summary>
    public int? Status { get; init; }
}
