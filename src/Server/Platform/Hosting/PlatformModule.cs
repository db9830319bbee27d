using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Health;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Jobs;
using Consilium.Platform.Json;
using Consilium.Platform.OpenApi;
using Consilium.Platform.Outbound;
using Consilium.Platform.Paging;
using Consilium.Platform.Realtime;
using Consilium.Platform.Secrets;
using Consilium.Platform.Telemetry;
using Consilium.Platform.Validation;

namespace Consilium.Platform.Hosting;

/// <summary>What no module owns, in the order in which a request meets it.</summary>
internal static class PlatformModule
{
    public static void AddPlatform(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.AddStartSettings();
        builder.AddLogs();
        builder.ConfigureListening();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IStartCheck, AddressCheck>();
        services.AddSingleton<ReadyNotice>();
        services.AddSingleton<CrashPoints>();
        services.AddSingleton(Origins.From(builder.Configuration));
        services.AddSingleton(DocsSettings.From(builder.Configuration, builder.Environment));
        services.AddCors();
        builder.AddDatabase();
        services.AddHealth();
        services.AddSingleton<Signals>();
        services.AddHostedService(provider => provider.GetRequiredService<Signals>());

        services.ConfigureHttpJsonOptions(json => JsonModule.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddExceptionHandler<ErrorAnswers>();
        services.AddSingleton<ErrorEnvelopes>();
        services.AddSingleton<IProblemDetailsService>(provider => provider.GetRequiredService<ErrorEnvelopes>());
        services.AddValidation();
        services.AddApiDocument();

        services.AddScoped<IdempotentEffect>();
        services.AddJobs();
        builder.AddSecrets(); // before the modules, whose start may open what it has sealed
        builder.AddOutbound();
    }

    public static void UsePlatform(this WebApplication app)
    {
        app.UseKnownProxies();
        app.UseRequestLines();
        app.UseSecurityHeaders();
        app.UseCrossOrigin();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(ErrorAnswers.WriteForStatusAsync);
        app.UseCleanAddress();
        app.UseRouting();
        app.UseExactMethods();
        app.UseDeprecations();
        app.UseConcurrencyLimit();
        app.UseAuthentication();
        app.UseRateLimits();
        app.Use(AnswerWhereNothingIs);
        app.UseAuthorization();
        app.UseWebSockets();
        app.UseRoutePreconditions();
        app.UseMiddleware<StrictJsonBody>();
    }

    /// <summary>The group that every module's routes hang under: validation and idempotency apply to all of them.</summary>
    public static RouteGroupBuilder MapApi(this WebApplication app)
    {
        app.MapFrontPage();
        app.MapApiDocument();
        var api = app.MapGroup("");
        api.AnswersConditions();
        api.BindsCursors();
        api.AddEndpointFilter<IdempotencyFilter>();
        api.Validated();
        api.AnswersHead();
        api.MapHealth();
        api.MapJobs();
        return api;
    }

    // Addresses without a route are nobody's secret: 404 and 405 to anyone, instead of the 401 of deny by default.
    static Task AnswerWhereNothingIs(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is RouteEndpoint) return next(context);
        if (context.GetEndpoint()?.RequestDelegate is { } refuse) return refuse(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>HEAD wherever there is a GET with an end: the server leaves the body away.</summary>
    static void AnswersHead(this RouteGroupBuilder routes) => ((IEndpointConventionBuilder)routes).Finally(route =>
    {
        var methods = route.Metadata.OfType<HttpMethodMetadata>().LastOrDefault();
        if (methods is not { HttpMethods: ["GET"] } || route.Metadata.OfType<RequestLimits.LongLivedRoute>().Any()) return;
        route.Metadata.Remove(methods);
        route.Metadata.Add(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]));
    });
}
