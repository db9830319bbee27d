using System.Text.Json;

namespace Consilium.ProviderDoubles;

/// <summary>A request as it came.</summary>
/// <param name="Line"><c>POST /v1/chat/completions HTTP/1.1</c></param>
/// <param name="Headers">By name in any case.</param>
/// <param name="Body">JSON.</param>
/// <param name="Closed">Ends when the client has closed the connection that the request came on.</param>
public sealed record ProviderRequest(string Line, IReadOnlyDictionary<string, string> Headers, JsonElement Body, Task Closed)
{
    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    public string Model => Body.GetProperty("model").GetString()!;

    public IReadOnlyList<(string Role, string Content)> Messages =>
        [.. Body.GetProperty("messages").EnumerateArray().Select(m => (m.GetProperty("role").GetString()!, m.GetProperty("content").GetString()!))];

    public bool WantsUsage => Body.TryGetProperty("stream_options", out var options) && options.TryGetProperty("include_usage", out var wanted) && wanted.GetBoolean();

    /// <summary>What of the answer has been said already: the message of the assistant after the last question; empty when there is none.</summary>
    public string Said => Messages switch
    {
        [.., ("assistant", var said)] => said,
        [.., ("assistant", var said), ("user" or "system", _)] => said,
        _ => "",
    };
}
