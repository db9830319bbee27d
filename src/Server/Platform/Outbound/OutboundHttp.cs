using System.Net;
using System.Text.RegularExpressions;
using Consilium.Platform.Hosting;

namespace Consilium.Platform.Outbound;

/// <summary>
/// The one way out of this server to an address that somebody else has named. Each request, redirects included, is judged as a whole: its
/// URL by <see cref="OutboundUrl"/>, its addresses by <see cref="OutboundConnections"/>. How it came to that is told in ADR 9.
/// </summary>
internal sealed partial class OutboundHttp(OutboundRules rules, SocketsHttpHandler handler, TimeProvider clock) : IDisposable
{
    const int MostRedirects = 3;

    public OutboundHttp(OutboundRules rules, INameResolver resolver, TimeProvider clock)
        : this(rules, new OutboundConnections(rules, resolver).Handler(), clock) { }

    /// <summary>The body of an answer 200, to be read within the same limits.</summary>
    /// <exception cref="OutboundRefusedException">Refused, or it came to nothing.</exception>
    public async Task<OutboundResponse> GetAsync(string url, OutboundLimits limits, CancellationToken cancellation)
    {
        var deadline = new CancellationTokenSource(limits.Timeout, clock);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
            var answer = await FollowAsync(OutboundUrl.Parse(url, rules), either.Token);
            try
            {
                Check(answer, limits);
                return new(answer, new OutboundBody(await answer.Content.ReadAsStreamAsync(either.Token), limits.MaxBytes, deadline));
            }
            catch
            {
                answer.Dispose();
                throw;
            }
        }
        catch (Exception fault)
        {
            deadline.Dispose();
            if (OutboundFaults.Explain(fault, cancellation) is { } refused) throw refused;
            throw;
        }
    }

    public void Dispose() => handler.Dispose();

    async Task<HttpResponseMessage> FollowAsync(Uri url, CancellationToken cancellation)
    {
        using var client = new HttpMessageInvoker(handler, disposeHandler: false);
        for (var followed = 0; ; followed++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.Add("User-Agent", Product.Name);
            request.Headers.Add("Accept-Encoding", "identity");
            var answer = await client.SendAsync(request, cancellation);
            if (answer.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)) return answer;
            using (answer) url = followed < MostRedirects ? Next(url, answer) : throw Redirect("It redirects too often.");
        }
    }

    Uri Next(Uri url, HttpResponseMessage answer)
    {
        var location = answer.Headers.NonValidated.TryGetValues("Location", out var values) && values.Count == 1 ? values.ToString() : "";
        if (location.Length == 0 || !OutboundUrl.IsPlain(location)) throw Redirect("It redirects to nowhere.");
        try
        {
            var next = OutboundUrl.Parse(Absolute(url, location), rules);
            return url.Scheme != Uri.UriSchemeHttps || next.Scheme == Uri.UriSchemeHttps ? next : throw Redirect("It redirects from https to http.");
        }
        catch (OutboundRefusedException refused) when (refused.Failure == OutboundFailure.BadUrl)
        {
            throw Redirect("It redirects to an address that cannot be fetched.");
        }
    }

    static string Absolute(Uri url, string location) => location switch
    {
        _ when Scheme().IsMatch(location) => location,
        ['/', '/', ..] => $"{url.Scheme}:{location}",
        ['/', ..] => url.GetLeftPart(UriPartial.Authority) + location,
        _ => Uri.TryCreate(url, location, out var relative) ? relative.AbsoluteUri : "",
    };

    static void Check(HttpResponseMessage answer, OutboundLimits limits)
    {
        if (answer.StatusCode != HttpStatusCode.OK) throw OutboundFaults.Status((int)answer.StatusCode);
        if (answer.Content.Headers.ContentEncoding.Any(encoding => !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            || answer.Headers.TransferEncoding.Any(encoding => !encoding.Value.Equals("chunked", StringComparison.OrdinalIgnoreCase)))
            throw new OutboundRefusedException(OutboundFailure.Encoding, "The server there sends compressed data, which was not asked for.");
        if (answer.Content.Headers.ContentLength > limits.MaxBytes) throw OutboundFaults.TooLarge();
    }

    static OutboundRefusedException Redirect(string why) => new(OutboundFailure.Redirect, $"The server there leads on, and not to the file. {why}");

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]*:", RegexOptions.NonBacktracking)]
    private static partial Regex Scheme();
}
