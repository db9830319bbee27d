using System.Net.Sockets;

namespace Consilium.Platform.Outbound;

/// <summary>What went wrong underneath, in the words of <see cref="OutboundRefusedException"/>.</summary>
internal static class OutboundFaults
{
    public static OutboundRefusedException TooLarge() => new(OutboundFailure.TooLarge, "The file there is too large.");

    public static OutboundRefusedException Status(int status) =>
        new(OutboundFailure.Status, $"The server there answered {status}.") { Status = status };

    /// <summary>Null for what is to be thrown as it is: a refusal, a call that the caller gave up, a bug.</summary>
    public static OutboundRefusedException? Explain(Exception fault, CancellationToken callers) => fault switch
    {
        OperationCanceledException when callers.IsCancellationRequested => null,
        OperationCanceledException => new(OutboundFailure.Timeout, "The server there took too long.", fault),
        HttpRequestException { InnerException: OutboundRefusedException refused } => refused,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            new(OutboundFailure.Certificate, "The server there could not prove who it is: its certificate is not valid for that name.", fault),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } or SocketException =>
            new(OutboundFailure.Unreachable, "The server there cannot be reached.", fault),
        HttpRequestException or IOException => new(OutboundFailure.BadAnswer, "The server there did not give a complete and correct answer.", fault),
        _ => null,
    };
}
