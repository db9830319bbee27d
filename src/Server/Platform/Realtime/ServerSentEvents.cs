using System.Buffers;
using System.Text;
using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Http.Features;

namespace Consilium.Platform.Realtime;

/// <summary>One frame of an event stream.</summary>
/// <param name="Id">What the client sends as <c>Last-Event-ID</c> to go on after this frame; null for frames that are not kept.</param>
/// <param name="Event">Its type; null for the one that clients take by default, <c>message</c>.</param>
/// <param name="Data">UTF-8, line by line: CR and CRLF become LF on the way.</param>
internal readonly record struct ServerSentEvent(string? Id, string? Event, ReadOnlyMemory<byte> Data);

/// <summary>
/// Server-sent events (WHATWG HTML, section 9.2): a comment every 15 seconds of silence, a retry hint before the server stops, and readers
/// that do not keep up are cut off, to come back with <c>Last-Event-ID</c>.
/// </summary>
internal static class ServerSentEvents
{
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    static readonly TimeSpan SlowestFlush = TimeSpan.FromSeconds(10);

    /// <summary>How long a stopping server waits to say when to come back.</summary>
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    const string Retry = "retry: 1000\n\n";
    const string Comment = ":\n\n";

    /// <summary>Writes until the events end, the client leaves, or <paramref name="ended"/> says that it may no longer listen.</summary>
    /// <param name="hintsAtOnce">Whether the stream begins with a retry hint. Without, a comment carries the headers to the client.</param>
    public static async Task WriteAsync(
        HttpContext http, Func<CancellationToken, IAsyncEnumerable<ServerSentEvent>> events, CancellationToken ended, bool hintsAtOnce = true)
    {
        var clock = http.RequestServices.GetRequiredService<TimeProvider>();
        var stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, ended, stopping);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var stream = new StartedStream<ServerSentEvent>(events(stop.Token), stop.Token);
        try
        {
            Text(http, hintsAtOnce ? Retry : Comment);
            await FlushAsync(http, clock, stop);
            while (true)
            {
                var arrival = stream.NextAsync();
                while (!await ArrivesAsync(arrival, clock))
                {
                    Text(http, Comment);
                    await FlushAsync(http, clock, stop);
                }
                if (!await arrival) return;
                Frame(http, stream.Current);
                await FlushAsync(http, clock, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the client left, its session ended, or the server stops
            if (stopping.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested && !ended.IsCancellationRequested) await HintAsync(http, clock);
        }
        catch (Exception fault)
        {
            // Too late for an answer that says so (the database went away, say): the stream ends, and the client comes back.
            ErrorAnswers.Describe(fault, http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ServerSentEvents)));
        }
        finally
        {
            await stop.CancelAsync();
            await stream.DisposeAsync();
        }
    }

    /// <summary>False when it is time to say that the stream is still alive. Leaves no timer behind, and throws nothing.</summary>
    static async Task<bool> ArrivesAsync(Task arrival, TimeProvider clock)
    {
        if (!arrival.IsCompleted) await arrival.WaitAsync(KeepAlive, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return arrival.IsCompleted;
    }

    static void Frame(HttpContext http, ServerSentEvent frame)
    {
        if (frame.Id is not null) Text(http, $"id: {frame.Id}\n");
        if (frame.Event is not null) Text(http, $"event: {frame.Event}\n");
        var rest = frame.Data.Span;
        while (true)
        {
            var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
            Text(http, "data: ");
            http.Response.BodyWriter.Write(end < 0 ? rest : rest[..end]);
            Text(http, "\n");
            if (end < 0) break; // a line break at the end begins another, empty line
            rest = rest[(end + (rest[end..].StartsWith("\r\n"u8) ? 2 : 1))..];
        }
        Text(http, "\n");
    }

    /// <summary>When to come back: the last that is said to somebody whose stream ends with the server.</summary>
    static async Task HintAsync(HttpContext http, TimeProvider clock)
    {
        Text(http, Retry);
        Task flush = http.Response.BodyWriter.FlushAsync(CancellationToken.None).AsTask();
        await flush.WaitAsync(Farewell, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    static void Text(HttpContext http, string text) => Encoding.UTF8.GetBytes(text, http.Response.BodyWriter);

    static async ValueTask FlushAsync(HttpContext http, TimeProvider clock, CancellationTokenSource stop)
    {
        var flush = http.Response.BodyWriter.FlushAsync(stop.Token);
        if (flush.IsCompletedSuccessfully) return;
        try
        {
            await flush.AsTask().WaitAsync(SlowestFlush, clock, stop.Token);
        }
        catch (TimeoutException)
        {
            http.Abort();
            await stop.CancelAsync();
            throw new OperationCanceledException(stop.Token);
        }
    }
}
