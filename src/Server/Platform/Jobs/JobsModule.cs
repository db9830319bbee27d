using Consilium.Platform.Administration;
using Consilium.Platform.Database;
using Consilium.Platform.Idempotency;
using Consilium.Platform.OpenApi;

namespace Consilium.Platform.Jobs;

/// <summary>Background work as rows, and what an administrator may do about them.</summary>
internal static class JobsModule
{
    public static void AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<JobBell>();
        services.AddScoped<Jobs>();
        services.AddScheduledJob<PurgeIdempotencyKeys>();
        services.AddSingleton<IStartupTask, ScheduleJobs>();
        services.AddHostedService<JobWorker>();
    }

    /// <summary>From the next start on it runs, and administrators see it.</summary>
    public static void AddScheduledJob<TJob>(this IServiceCollection services) where TJob : class, IScheduledJob => services.AddScoped<IScheduledJob, TJob>();

    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        var jobs = api.MapGroup("/api/v1/jobs").WithTags("Jobs").WithTagMeaning("Background and scheduled jobs.")
            .RequireAdministrator();
        jobs.MapListJobs();
        jobs.MapRetryJob();
        jobs.MapListSchedules();
        jobs.MapRunSchedule();
    }
}
