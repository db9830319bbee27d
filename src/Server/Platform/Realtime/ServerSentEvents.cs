using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Consilium.Platform.Realtime;

/// <summary>One frame of an event stream.</summary>
/// <param name="Id">What the client sends as <c>Last-Event-ID</c> to go on after this frame; null for frames that are not kept.</param>
internal readonly record struct ServerSentEvent(string? Id, string Event, ReadOnlyMemory<byte> Data);

/// <summary>
/// Server-sent events (WHATWG HTML, section 9.2): a retry hint first, a comment every 15 seconds of silence, and readers that do not keep
/// up are cut off, to come back with <c>Last-Event-ID</c>.
/// </summary>
internal static class ServerSentEvents
{
    static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    static readonly TimeSpan SlowestFlush = TimeSpan.FromSeconds(10);

    /// <summary>Writes until the events end, the client leaves, or <paramref name="ended"/> says that it may no longer listen.</summary>
    public static async Task WriteAsync(HttpContext http, Func<CancellationToken, IAsyncEnumerable<ServerSentEvent>> events, CancellationToken ended)
    {
        var stopping = http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, ended, stopping);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await using var enumerator = events(stop.Token).GetAsyncEnumerator(stop.Token);
        try
        {
            Text(http, "retry: 1000\n\n");
            await FlushAsync(http, stop.Token);
            for (var next = enumerator.MoveNextAsync(); ; next = enumerator.MoveNextAsync())
            {
                var arrival = next.IsCompleted ? null : next.AsTask();
                while (arrival is { IsCompleted: false } && await Task.WhenAny(arrival, Task.Delay(KeepAlive, stop.Token)) != arrival && !stop.IsCancellationRequested)
                {
                    Text(http, ":\n\n");
                    await FlushAsync(http, stop.Token);
                }
                if (!(arrival is null ? await next : await arrival)) return;
                Frame(http, enumerator.Current);
                await FlushAsync(http, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the client left, its session ended, or the server stops: the client comes back after the retry time, if it may
        }
    }

    static void Frame(HttpContext http, ServerSentEvent frame)
    {
        if (frame.Id is not null) Text(http, $"id: {frame.Id}\n");
        Text(http, $"event: {frame.Event}\n");
        var rest = frame.Data.Span;
        do
        {
            var end = rest.IndexOf((byte)'\n');
            Text(http, "data: ");
            http.Response.BodyWriter.Write(end < 0 ? rest : rest[..end]);
            Text(http, "\n");
            rest = end < 0 ? [] : rest[(end + 1)..];
        } while (!rest.IsEmpty);
        Text(http, "\n");
    }

    static void Text(HttpContext http, string text) => Encoding.UTF8.GetBytes(text, http.Response.BodyWriter);

    static async ValueTask FlushAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var flush = http.Response.BodyWriter.FlushAsync(cancellationToken);
        if (flush.IsCompletedSuccessfully) return;
        try
        {
            await flush.AsTask().WaitAsync(SlowestFlush, cancellationToken);
        }
        catch (TimeoutException)
        {
            http.Abort();
            throw new OperationCanceledException(http.RequestAborted);
        }
    }
}
