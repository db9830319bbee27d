using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Consilium.Platform.Hosting;
using Microsoft.Extensions.AI;

namespace Consilium.Modules.Assistant;

/// <summary>
/// A model behind OpenAI's chat completions, streamed, over the official SDK: its requests, keys and pipeline. The stream is read here: the SDK's
/// reader takes HTML and a cut stream for a short answer, stumbles over words that OpenAI itself does not use, and has no limits. Whatever goes
/// wrong is a <see cref="ProviderException"/>.
/// </summary>
internal sealed class ProviderChatClient(ProviderSettings settings, HttpClient http, TimeProvider clock) : IChatClient
{
    readonly OpenAI.Chat.ChatClient chat = new(settings.Model, new ApiKeyCredential(settings.Key?.Reveal() ?? "none"), new()
    {
        Endpoint = settings.BaseAddress,
        Transport = new Transport(http, settings.Key is not null),
        RetryPolicy = new ClientRetryPolicy(0), // the chain's own affair
        NetworkTimeout = Timeout.InfiniteTimeSpan,
        ClientLoggingOptions = new() { EnableLogging = false },
        EnableDistributedTracing = false,
    });

    /// <summary>The first update is empty and says that the request is on its way. Ends normally after an update with a finish reason, and in no other way.</summary>
    /// <exception cref="ProviderException">It failed.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var content = new ChatRequestBody(settings, messages, options);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAsync(content, stop.Token);
        try
        {
            await Task.WhenAny(content.Written, sending);
            if (content.Written.IsCompletedSuccessfully) yield return new();
            var response = await sending;
            Check(response);
            await foreach (var update in UpdatesAsync(response.ContentStream!, stop.Token)) yield return update;
        }
        finally
        {
            await stop.CancelAsync();
            await EndAsync(sending); // also when the caller left before there was a response to dispose of
        }
    }

    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose() { }

    async Task<PipelineResponse> SendAsync(BinaryContent content, CancellationToken cancellationToken)
    {
        try
        {
            var options = new RequestOptions { BufferResponse = false, ErrorOptions = ClientErrorBehaviors.NoThrow, CancellationToken = cancellationToken };
            return (await chat.CompleteChatAsync(content, options)).GetRawResponse();
        }
        catch (ClientResultException fault)
        {
            throw new ProviderException(ReasonOf(fault.InnerException ?? fault), fault);
        }
    }

    static async Task EndAsync(Task<PipelineResponse> sending)
    {
        await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (sending.IsCompletedSuccessfully) (await sending).Dispose();
    }

    static async IAsyncEnumerable<ChatResponseUpdate> UpdatesAsync(Stream content, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var body = new ProviderBody(content);
        await using var events = SseParser.Create(body).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var finished = false;
        while (await NextAsync(events, cancellationToken) is { } data && data != "[DONE]")
        {
            if (ChatEvents.Read(data) is not { } update) continue;
            finished |= update.FinishReason is not null;
            yield return update;
        }
        if (!finished) throw new ProviderException(CallReasons.CutOff);
    }

    static async Task<string?> NextAsync(IAsyncEnumerator<SseItem<string>> events, CancellationToken cancellationToken)
    {
        try
        {
            while (await events.MoveNextAsync())
                if (events.Current.EventType is SseParser.EventTypeDefault or "error") return events.Current.Data;
            return null;
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(ReasonOf(fault), fault);
        }
    }

    void Check(PipelineResponse response)
    {
        if (response.Status == 200)
        {
            var type = response.Headers.TryGetValue("Content-Type", out var given) ? given!.Split(';')[0].Trim() : "";
            var plain = !response.Headers.TryGetValue("Content-Encoding", out var encoding) || encoding == "identity";
            if (plain && type.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase)) return;
            throw new ProviderException(CallReasons.NotAStream);
        }
        var reason = response.Status switch
        {
            401 or 403 => CallReasons.Unauthorized,
            404 => CallReasons.NotFound,
            429 => CallReasons.RateLimited,
            >= 300 and < 400 => CallReasons.Redirected,
            408 or >= 500 => CallReasons.ServerError,
            < 300 => CallReasons.NotAStream,
            _ => CallReasons.BadRequest,
        };
        throw new ProviderException(reason) { RetryAfter = RetryAfter(response) };
    }

    TimeSpan? RetryAfter(PipelineResponse response)
    {
        if (!response.Headers.TryGetValue("Retry-After", out var text)) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return TimeSpan.FromSeconds(seconds);
        if (!DateTimeOffset.TryParseExact(text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)) return null;
        var left = date - clock.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    static string ReasonOf(Exception fault) => fault switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError } => CallReasons.Refused,
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } or HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse } =>
            CallReasons.Malformed,
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => CallReasons.TooLong,
        _ => CallReasons.CutOff,
    };

    sealed class Transport(HttpClient http, bool sendsKey) : HttpClientPipelineTransport(http)
    {
        // The SDK would tell much of this machine, and insists on a key. Told by itself that events are wanted, it would follow redirects and
        // connect anew in the middle of an answer.
        protected override void OnSendingRequest(PipelineMessage message, HttpRequestMessage request)
        {
            foreach (var told in request.Headers.NonValidated.Select(header => header.Key).Where(name => name.StartsWith("X-Stainless-", StringComparison.OrdinalIgnoreCase)).ToList())
                request.Headers.Remove(told);
            request.Headers.Remove("User-Agent");
            request.Headers.TryAddWithoutValidation("User-Agent", Product.Name);
            request.Headers.Accept.Clear();
            request.Headers.Accept.ParseAdd("text/event-stream");
            if (!sendsKey) request.Headers.Authorization = null;
        }
    }
}
