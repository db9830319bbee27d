using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;

namespace Consilium.Platform.Jobs;

/// <summary>Background work as rows, and what an administrator may do about them.</summary>
internal static class JobsModule
{
    public static void AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<JobBell>();
        services.AddScoped<Jobs>();
        services.AddScoped<IJobHandler, PurgeIdempotencyKeys>();
        services.AddSingleton<IStartupTask, RecurringJobs>();
        services.AddHostedService<JobWorker>();
    }

    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        // The claim and not the module that gives it: Platform knows no module.
        var jobs = api.MapGroup("/api/v1/jobs").WithTags("Jobs").RequireAuthorization(policy => policy.RequireClaim("role", "admin"));
        jobs.MapListJobs();
        jobs.MapRetryJob();
    }
}
