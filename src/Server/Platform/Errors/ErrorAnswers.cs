using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Consilium.Platform.Json;
using Consilium.Platform.Limits;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Consilium.Platform.Errors;

/// <summary>Turns exceptions and bodiless error statuses into problem answers. Nothing of the inside leaves with a 500.</summary>
internal sealed partial class ErrorAnswers(ILogger<ErrorAnswers> log) : IExceptionHandler
{
    /// <summary>Who throws where a body's chunks cannot be read: not always a <see cref="BadHttpRequestException"/>.</summary>
    const string BodyReader = "Microsoft.AspNetCore.Server.Kestrel.Core";

    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }
        if (Busy(exception) is { } busy) RetryAfter.Set(context.Response, busy.RetryAfter);
        await WriteAsync(context, Describe(exception, log));
        return true;
    }

    /// <summary>The body of a status that nobody wrote a body for: 401, 403, 404, 405, 413, 415 of the framework.</summary>
    public static Task WriteForStatusAsync(StatusCodeContext status)
    {
        var context = status.HttpContext;
        return WriteAsync(context, context.Response.StatusCode switch
        {
            400 => Problems.Details(400, "bad_request", "The request could not be read."),
            401 => Problems.Details(401, "unauthenticated", "Sign in: send a valid access token as 'Authorization: Bearer …'."),
            403 => Problems.Details(403, "forbidden", "Your role may not do this."),
            404 => Problems.NotFound().ProblemDetails,
            410 => Problems.Details(410, "gone", "The answer to this request was about something that has been retracted since."),
            412 => Problems.Details(412, "precondition_failed", "This is not the version that If-Match names: read it again."),
            405 => Problems.Details(405, "method_not_allowed", "This address does not take this method: see the Allow header."),
            413 => Problems.Details(413, "body_too_large", "The body is larger than this address takes."),
            415 => Problems.Details(415, "unsupported_media_type", "Send the body as application/json."),
            408 => Problems.Details(408, "request_timeout", "The request arrived too slowly."),
            429 => Problems.Details(429, "too_many_requests", "Too many requests: wait as long as Retry-After says."),
            503 => Problems.Details(503, "unavailable", "The server cannot take this at the moment: try again."),
            var other => Problems.Details(other, "error", "The request failed."),
        });
    }

    public static async Task WriteAsync(HttpContext context, ProblemDetails problem)
    {
        context.Response.StatusCode = problem.Status ?? 500;
        if (problem.Status is 429 or 503 && context.Response.Headers.RetryAfter.Count == 0) RetryAfter.Set(context.Response, TimeSpan.FromSeconds(1));
        await TypedResults.Problem(problem).ExecuteAsync(context);
    }

    /// <summary>What to tell the client of an exception. What is nobody's expectation is logged.</summary>
    public static ProblemDetails Describe(Exception exception, ILogger log)
    {
        switch (exception)
        {
            case BadHttpRequestException bad: return DescribeBadRequest(bad);
            case IOException { Source: BodyReader }: return Problems.Details(400, "bad_request", "The body could not be read: its framing is broken.");
            case DomainException domain: return Problems.Details(409, domain.Code, domain.Message);
            case JsonException json: return DescribeJson(json); // where a route reads its body itself
            case DbUpdateConcurrencyException: return Problems.Details(409, "changed_meanwhile", "Somebody else changed this at the same time: read it again.");
        }
        if (Busy(exception) is { } busy) return Problems.Details(busy.Status, busy.Code, busy.Message);
        if (Refused(exception) is { } refused) return refused;
        log.LogError("A request failed, trace {TraceId}: {Fault}", Activity.Current?.TraceId.ToHexString(), Faults.ForLog(exception));
        return Problems.Details(500, "internal_error", "Something went wrong here, and it was logged. Quote trace_id when you report it.");
    }

    static BusyException? Busy(Exception exception) => exception switch
    {
        BusyException busy => busy,
        PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable } =>
            new(503, TimeSpan.FromSeconds(1), "contended", "Too many changes to the same thing at once: try again."),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } =>
            new(507, TimeSpan.FromSeconds(30), "storage_full", "The server's storage is full: nothing was written."),
        PostgresException { SqlState: PostgresErrorCodes.ObjectNotInPrerequisiteState } => DatabaseAway(), // it takes no connections
        // 08… connection, 53… resources, 57P… shutdown or cancelled by a timeout
        PostgresException { SqlState: var state } when state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("57", StringComparison.Ordinal) => DatabaseAway(),
        PostgresException => null,
        NpgsqlException or SocketException or TimeoutException => DatabaseAway(),
        { InnerException: { } inner } => Busy(inner),
        _ => null,
    };

    // Rules of the tables that two requests at once can break although each had looked: the use case answers the ordinary case itself.
    static ProblemDetails? Refused(Exception exception) => (exception as PostgresException ?? exception.InnerException as PostgresException)?.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation =>
            Problems.Details(409, "already_exists", "This exists already, or overlaps with something that does."),
        PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter =>
            Problems.Details(400, "malformed_text", "The text has a character that cannot be kept, such as U+0000."),
        _ => null,
    };

    static BusyException DatabaseAway() =>
        new(503, TimeSpan.FromSeconds(1), "database_unavailable", "The database is not reachable at the moment: try again.");

    static ProblemDetails DescribeBadRequest(BadHttpRequestException bad)
    {
        switch (bad.StatusCode)
        {
            case 400: break;
            case 408: return Problems.Details(408, "body_too_slow", "The body arrived too slowly.");
            case 413: return Problems.Details(413, "body_too_large", "The body is larger than this address takes.");
            case 415: return Problems.Details(415, "unsupported_media_type", "Send the body as application/json.");
            default: return Problems.Details(bad.StatusCode, "bad_request", "The request could not be read.");
        }
        if (bad.InnerException is JsonException json) return DescribeJson(json);
        if (bad.Message.Contains("body", StringComparison.Ordinal)) return Problems.Invalid(JsonPaths.Body, "A body is required.").ProblemDetails;
        return Parameter().Match(bad.Message) is { Success: true } parameter
            ? Problems.Invalid(JsonPaths.OfMember(parameter.Groups["name"].Value),
                parameter.Groups["missing"].Success ? "is required." : "has the wrong type or form.").ProblemDetails
            : Problems.Details(400, "bad_request", "The request could not be read.");
    }

    static ProblemDetails DescribeJson(JsonException json)
    {
        var missing = json.Message.StartsWith("JSON deserialization for type", StringComparison.Ordinal) // the serializer names them in words alone
            ? QuotedName().Matches(json.Message[json.Message.IndexOf(':', StringComparison.Ordinal)..])
            : null;
        if (missing is not { Count: > 0 }) return Problems.Invalid(JsonPaths.OfPath(json.Path), "has the wrong type or form.").ProblemDetails;
        var inside = JsonPaths.OfPath(json.Path) is var path and not JsonPaths.Body ? path + "." : "";
        return Problems.Invalid(missing.ToDictionary(name => inside + name.Groups["name"].Value, _ => new[] { "is required." }, StringComparer.Ordinal)).ProblemDetails;
    }

    // The framework names the parameter only in its message: 'Failed to bind parameter "int limit" from "x".'
    [GeneratedRegex("^(Failed to bind parameter|(?<missing>Required parameter)) \"[^\"]*?(?<name>\\w+)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Parameter();

    [GeneratedRegex("'(?<name>[^']+)'", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex QuotedName();
}
