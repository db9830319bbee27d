using System.Collections.ObjectModel;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Platform.Errors;

/// <summary>
/// A door whose errors have a documented shape of their own: at every address below one of <paramref name="Prefixes"/> they are <see cref="EnvelopedError"/>
/// instead of <c>application/problem+json</c>. The address decides and not the route, because errors come before a route is found, too.
/// </summary>
/// <param name="Name">The door's name, for the API's document.</param>
/// <param name="Messages">What the door says otherwise than the product does, by code.</param>
internal sealed record ErrorEnvelope(string Name, IReadOnlyList<PathString> Prefixes, IReadOnlyDictionary<string, string> Messages);

/// <summary>An error as a door with an <see cref="ErrorEnvelope"/> documents it.</summary>
/// <param name="Status">Always <c>error</c>.</param>
/// <param name="Error">The kind of error, for programs: a stable word.</param>
/// <param name="Code">The HTTP status.</param>
/// <param name="Message">What happened and what to do, for people.</param>
/// <param name="Details">Of bad input: each field with what is wrong about it; <c>$</c> is the body as a whole. Otherwise empty.</param>
/// <param name="TraceId">Quote it when you report the error.</param>
internal sealed record EnvelopedError(string Status, string Error, int Code, string Message, IDictionary<string, string[]> Details, string? TraceId)
{
    static readonly ReadOnlyDictionary<string, string[]> NoDetails = ReadOnlyDictionary<string, string[]>.Empty;

    public static EnvelopedError Of(ProblemDetails problem, ErrorEnvelope envelope)
    {
        var error = (string)problem.Extensions["code"]!;
        var details = problem.Extensions.TryGetValue("errors", out var errors) && errors is IDictionary<string, string[]> fields ? fields : NoDetails;
        return new("error", error, problem.Status!.Value, envelope.Messages.GetValueOrDefault(error) ?? problem.Detail!, details, problem.Extensions["trace_id"] as string);
    }
}

/// <summary>
/// Where every problem passes on its way out, whether a handler returned it or the server wrote it: puts those of the doors that want it into
/// their envelope, and leaves the others as they are.
/// </summary>
internal sealed class ErrorEnvelopes(IEnumerable<ErrorEnvelope> envelopes) : IProblemDetailsService
{
    readonly ErrorEnvelope[] envelopes = [.. envelopes];

    public ErrorEnvelope? Of(PathString path) => Array.Find(envelopes, envelope => envelope.Prefixes.Any(prefix => path.StartsWithSegments(prefix)));

    /// <summary>False when the problem is to be written as it is.</summary>
    public async ValueTask<bool> TryWriteAsync(ProblemDetailsContext context)
    {
        if (Of(context.HttpContext.Request.Path) is not { } envelope) return false;
        await context.HttpContext.Response.WriteAsJsonAsync(EnvelopedError.Of(context.ProblemDetails, envelope), CancellationToken.None);
        return true;
    }

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        if (!await TryWriteAsync(context)) await TypedResults.Problem(context.ProblemDetails).ExecuteAsync(context.HttpContext);
    }
}

internal static class ErrorEnvelopeRegistration
{
    public static IServiceCollection AddErrorEnvelope(this IServiceCollection services, ErrorEnvelope envelope) => services.AddSingleton(envelope);
}
