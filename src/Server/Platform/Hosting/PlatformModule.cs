using Consilium.Platform.Database;
using Consilium.Platform.Errors;
using Consilium.Platform.Idempotency;
using Consilium.Platform.Jobs;
using Consilium.Platform.Json;
using Consilium.Platform.Realtime;
using Consilium.Platform.Validation;

namespace Consilium.Platform.Hosting;

/// <summary>What no module owns, in the order in which a request meets it.</summary>
internal static class PlatformModule
{
    public static void AddPlatform(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<CrashPoints>();
        builder.AddDatabase();
        services.AddSingleton<Signals>();
        services.AddHostedService(provider => provider.GetRequiredService<Signals>());

        services.ConfigureHttpJsonOptions(json => JsonModule.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddExceptionHandler<ErrorAnswers>();
        services.AddValidation();

        services.AddScoped<Jobs.Jobs>();
        services.AddScoped<IJobHandler, PurgeIdempotencyKeys>();
        services.AddSingleton<IStartupTask, RecurringJobs>();
        services.AddHostedService<JobWorker>();
    }

    public static void UsePlatform(this WebApplication app)
    {
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(ErrorAnswers.WriteForStatusAsync);
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<StrictJsonBody>();
    }

    /// <summary>The group that every module's routes hang under: validation and idempotency apply to all of them.</summary>
    public static RouteGroupBuilder MapApi(this WebApplication app)
    {
        var api = app.MapGroup("");
        api.AddEndpointFilter<IdempotencyFilter>();
        api.Validated();
        return api;
    }
}
