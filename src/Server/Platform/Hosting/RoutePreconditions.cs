using Consilium.Platform.Errors;
using Microsoft.AspNetCore.Mvc;

namespace Consilium.Platform.Hosting;

/// <summary>What a route answers before it looks at the body: who asks about something that is not there need not be told what else is wrong.</summary>
internal static class RoutePreconditions
{
    /// <param name="refusal">Null when the request may go on.</param>
    public static TBuilder RefusedFirst<TBuilder>(this TBuilder route, Func<HttpContext, Task<ProblemDetails?>> refusal) where TBuilder : IEndpointConventionBuilder =>
        route.WithMetadata(new Precondition(refusal));

    public static void UseRoutePreconditions(this WebApplication app) => app.Use(async (context, next) =>
    {
        var refused = context.GetEndpoint()?.Metadata.GetMetadata<Precondition>() is { } precondition ? await precondition.Refusal(context) : null;
        if (refused is null) await next(context);
        else await ErrorAnswers.WriteAsync(context, refused);
    });

    sealed record Precondition(Func<HttpContext, Task<ProblemDetails?>> Refusal);
}
