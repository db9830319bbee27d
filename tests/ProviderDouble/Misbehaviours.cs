using System.Globalization;
using System.Text;

namespace Consilium.ProviderDoubles;

/// <summary>The ways to go wrong that are known. Those that begin to answer say three tokens of <see cref="Answer"/> before.</summary>
public static class Misbehaviours
{
    /// <summary>What they would say if they worked.</summary>
    public static readonly IReadOnlyList<string> Answer = ["The ", "clinic ", "öffnet ", "at ", "nine 🕘", "."];

    const int Before = 3;
    static readonly string[] Begun = [.. Answer.Take(Before)];
    static readonly string[] Rest = [.. Answer.Skip(Before)];

    public static IReadOnlyList<Misbehaviour> All { get; } = [.. Unreachable(), .. Refusals(), .. NoStreams(), .. BrokenStreams(), .. OddStreams(), .. Endless()];

    static IEnumerable<Misbehaviour> Unreachable() =>
    [
        new("refuses the connection", null),
        new("accepts and never answers", exchange => exchange.HangAsync()),
        new("hangs up instead of answering", _ => Task.CompletedTask),
        new("answers something that is not HTTP", exchange => exchange.RawAsync("220 mail.example ESMTP\r\n")),
        new("sends headers and no body", async exchange =>
        {
            await exchange.HeadAsync();
            await exchange.HangAsync();
        }),
    ];

    static IEnumerable<Misbehaviour> Refusals() =>
    [
        new("400", exchange => exchange.ErrorAsync(400)),
        new("401", exchange => exchange.ErrorAsync(401)),
        new("403", exchange => exchange.ErrorAsync(403)),
        new("404", exchange => exchange.ErrorAsync(404)),
        new("429 without Retry-After", exchange => exchange.ErrorAsync(429)),
        new("429, Retry-After in seconds", exchange => exchange.ErrorAsync(429, "Retry-After: 1\r\n")),
        new("429, Retry-After a date", exchange => exchange.ErrorAsync(429, $"Retry-After: {In(seconds: 2)}\r\n")),
        new("429, Retry-After an hour", exchange => exchange.ErrorAsync(429, "Retry-After: 3600\r\n")),
        new("500", exchange => exchange.ErrorAsync(500)),
        new("502 with HTML", exchange => exchange.BodyAsync(502, "text/html", "<html><h1>502 Bad Gateway</h1></html>")),
        new("503", exchange => exchange.ErrorAsync(503)),
        new("redirects to itself", exchange => exchange.BodyAsync(308, "text/plain", "", "Location: /v1/chat/completions?again\r\n")),
        new("redirects elsewhere", exchange => exchange.BodyAsync(307, "text/plain", "", "Location: http://127.0.0.1:1/v1/chat/completions\r\n")),
    ];

    static IEnumerable<Misbehaviour> NoStreams() =>
    [
        new("200 with HTML", exchange => exchange.BodyAsync(200, "text/html", "<html><form>Please log in.</form></html>")),
        new("200 with JSON, no stream", exchange => exchange.BodyAsync(200, "application/json",
            """{"choices":[{"index":0,"message":{"role":"assistant","content":"The clinic opens."},"finish_reason":"stop"}]}""")),
        new("compresses what nobody asked to", async exchange =>
        {
            await exchange.HeadAsync(headers: "Content-Encoding: gzip\r\n");
            await exchange.EndAsync();
        }),
    ];

    static IEnumerable<Misbehaviour> BrokenStreams() =>
    [
        new("hangs in the middle", Replies.HangAfter(Before, Answer)),
        new("ends the connection in the middle (FIN)", Replies.CutAfter(Before, Answer)),
        new("ends the connection in the middle (RST)", After(async exchange =>
        {
            await exchange.PauseAsync(TimeSpan.FromMilliseconds(50)); // what the client has not read by then is lost with the connection
            exchange.Reset();
        })),
        new("ends the body in the middle and invites to come back", async exchange =>
        {
            await exchange.HeadAsync();
            foreach (var token in Begun) await exchange.ChunkAsync($"id: {token}\nretry: 1\n{exchange.Data(exchange.Token(token))}");
            await exchange.EndAsync();
        }),
        new("ends the body in the middle", After(exchange => exchange.EndAsync())),
        new("sends bad JSON in the middle", After(async exchange =>
        {
            await exchange.DataAsync("""{"choices":[{"delta":{"content":"at""");
            await exchange.CompleteAsync();
        })),
        new("sends JSON that is no object in the middle", After(async exchange =>
        {
            await exchange.DataAsync("[1, 2]");
            await exchange.CompleteAsync();
        })),
        new("sends an error in the middle", After(async exchange =>
        {
            await exchange.DataAsync("""{"error":{"message":"The server is overloaded.","type":"server_error"}}""");
            await exchange.DoneAsync();
            await exchange.EndAsync();
        })),
        new("sends an error instead of an answer", async exchange =>
        {
            await exchange.HeadAsync();
            await exchange.DataAsync("""{"error":{"message":"The server is overloaded.","type":"server_error"}}""");
            await exchange.EndAsync();
        }),
        new("sends a line of 10 MB", After(exchange => exchange.DataAsync(exchange.Token(new string('x', 10_000_000))))),
        new("filters the content", After(exchange => exchange.CompleteAsync("content_filter"))),
        new("finishes for a reason of its own", After(exchange => exchange.CompleteAsync("on_a_whim"))),
        new("wants to call tools", After(exchange => exchange.CompleteAsync("tool_calls"))),
        new("[DONE] without a finish_reason", After(async exchange =>
        {
            await exchange.DoneAsync();
            await exchange.EndAsync();
        })),
        new("[DONE] and nothing else", async exchange =>
        {
            await exchange.HeadAsync();
            await exchange.DoneAsync();
            await exchange.EndAsync();
        }),
        new("answers with no text", Replies.Answer([])),
    ];

    static IEnumerable<Misbehaviour> OddStreams() =>
    [
        new("a finish_reason and no [DONE]", After(async exchange =>
        {
            await TokensAsync(exchange, Rest);
            await exchange.FinishAsync();
            await exchange.EndAsync();
        })),
        new("a finish_reason, then hangs", After(async exchange =>
        {
            await TokensAsync(exchange, Rest);
            await exchange.FinishAsync();
            await exchange.HangAsync();
        })),
        new("is cut by its own limit", After(exchange => exchange.CompleteAsync("length"))),
        new("splits UTF-8 across chunks", InPieces((exchange, bytes) => exchange.ChunkAsync(bytes))),
        new("splits UTF-8 across packets", InPieces((exchange, bytes) => exchange.RawAsync(bytes), framed: true)),
        new("comments and blank lines in between", async exchange =>
        {
            await exchange.HeadAsync();
            foreach (var token in Answer)
            {
                await exchange.ChunkAsync(": PROCESSING\n\n\n\n: \n");
                await exchange.TokenAsync(token);
            }
            await exchange.CompleteAsync();
        }),
        new("ends its lines with CRLF", exchange => Replies.Answer(Answer)(new(exchange) { LineEnd = "\r\n" })),
        new("deltas without content", async exchange =>
        {
            await exchange.HeadAsync();
            foreach (var token in Answer)
            {
                await exchange.DataAsync(exchange.Json(new { role = "assistant" }, null));
                await exchange.DataAsync(exchange.Json(new { content = (string?)null }, null));
                await exchange.DataAsync(exchange.Json(null, null));
                await exchange.TokenAsync(token);
            }
            await exchange.CompleteAsync();
        }),
        new("events of other kinds", async exchange =>
        {
            await exchange.HeadAsync();
            await exchange.ChunkAsync("event: ping\ndata: {\"type\":\"ping\"}\n\nid: 7\nretry: 10\n\n");
            await TokensAsync(exchange, Answer);
            await exchange.CompleteAsync();
        }),
    ];

    static IEnumerable<Misbehaviour> Endless() =>
    [
        new("sends a byte a second", async exchange =>
        {
            await exchange.HeadAsync();
            foreach (var one in Encoding.UTF8.GetBytes(string.Concat(Answer.Select(token => exchange.Data(exchange.Token(token))))))
            {
                await exchange.ChunkAsync([one]);
                await exchange.PauseAsync(TimeSpan.FromSeconds(1));
            }
        }),
        new("comments and never answers", async exchange =>
        {
            await exchange.HeadAsync();
            while (true)
            {
                await exchange.ChunkAsync(": PROCESSING\n\n");
                await exchange.PauseAsync(TimeSpan.FromMilliseconds(20));
            }
        }),
        new("answers without end", async exchange =>
        {
            await exchange.HeadAsync();
            while (true) await exchange.TokenAsync("and so on, ");
        }),
        new("events without text and without end", async exchange =>
        {
            await exchange.HeadAsync();
            var empty = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(exchange.Data(exchange.Token("")), 500)));
            while (true) await exchange.ChunkAsync(empty);
        }),
        new("headers without end", async exchange =>
        {
            await exchange.RawAsync("HTTP/1.1 200 OK\r\n");
            while (true) await exchange.RawAsync($"X: {new string('x', 1000)}\r\n");
        }),
    ];

    static Reply After(Reply then) => async exchange =>
    {
        await Replies.BeginAsync(exchange, Begun);
        await then(exchange);
    };

    static async Task TokensAsync(Exchange exchange, IEnumerable<string> tokens)
    {
        foreach (var token in tokens) await exchange.TokenAsync(token);
    }

    // Each byte goes by itself, so that every character of more than one is split.
    static Reply InPieces(Func<Exchange, byte[], Task> write, bool framed = false) => async exchange =>
    {
        await exchange.HeadAsync();
        foreach (var token in Answer)
        {
            var data = Encoding.UTF8.GetBytes(exchange.Data(exchange.Token(token)));
            if (framed) data = [.. Encoding.ASCII.GetBytes($"{data.Length:x}\r\n"), .. data, .. "\r\n"u8];
            foreach (var one in data) await write(exchange, [one]);
        }
        await exchange.CompleteAsync();
    };

    static string In(int seconds) => (DateTimeOffset.UtcNow + TimeSpan.FromSeconds(seconds)).ToString("R", CultureInfo.InvariantCulture);
}
