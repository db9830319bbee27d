using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Consilium.Platform.Hosting;
using Microsoft.Extensions.AI;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Asks a model by OpenAI's chat completions, streamed. We send the request and read the stream ourselves: other readers take HTML or a cut stream for
/// a short answer, stumble over words that OpenAI itself does not use, and have no limits. Every fault is a <see cref="ProviderException"/>.
/// </summary>
internal sealed class ProviderChatClient(ProviderSettings settings, HttpClient http, TimeProvider clock) : IChatClient
{
    const string EventStream = "text/event-stream";

    readonly Uri address = new($"{settings.BaseAddress.AbsoluteUri.TrimEnd('/')}/chat/completions");

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
            await foreach (var update in UpdatesAsync(await response.Content.ReadAsStreamAsync(stop.Token), stop.Token)) yield return update;
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

    async Task<HttpResponseMessage> SendAsync(ChatRequestBody content, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.Accept.ParseAdd(EventStream);
        request.Headers.UserAgent.ParseAdd(Product.Name);
        if (settings.Key is { } key) request.Headers.Authorization = new("Bearer", key.Reveal());
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException fault)
        {
            throw new ProviderException(ReasonOf(fault), fault);
        }
    }

    static async Task EndAsync(Task<HttpResponseMessage> sending)
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

    void Check(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.OK)
        {
            var headers = response.Content.Headers.NonValidated; // as they came: what follows the type may be anything
            var type = headers.TryGetValues("Content-Type", out var given) ? given.ToString().Split(';')[0].Trim() : "";
            var plain = !headers.TryGetValues("Content-Encoding", out var encoding) || encoding.ToString() == "identity";
            if (plain && type.Equals(EventStream, StringComparison.OrdinalIgnoreCase)) return;
            throw new ProviderException(CallReasons.NotAStream);
        }
        var reason = (int)response.StatusCode switch
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

    TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("Retry-After", out var given)) return null;
        var text = given.ToString();
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
}
