using Consilium.Modules.Files.Contracts;
using Consilium.Platform.Database;
using Consilium.Platform.Jobs;
using Consilium.Platform.OpenApi;

namespace Consilium.Modules.Files;

/// <summary>Files: stored bytes, what was found out about them, and the two addresses where they are had. What they hang on is other modules' affair.</summary>
internal static class FilesModule
{
    public static void AddFiles(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(FilesSettings.From(builder.Configuration));
        services.AddSingleton<FilesDirectory>();
        services.AddSingleton<DamagedBlobs>();
        services.AddSingleton<IBlobStore, LocalBlobStore>();
        services.AddHealthChecks().AddCheck<FilesHealth>(FilesHealth.Name);
        services.AddScoped<IFiles, Files>();
        services.AddScoped<FileAccess>();
        services.AddScoped<KeepContent>();
        services.AddScoped<ReceiveFile>();
        services.AddScoped<UnusedBlobs>();
        services.AddScoped<IJobHandler, UnusedBlobs>();
        services.AddScheduledJob<SweepFiles>();
        services.AddSingleton<IStartupTask, RemoveHalfReceived>();
        services.AddDecoder();
        builder.AddProcessing();
    }

    public static void MapFiles(this RouteGroupBuilder api)
    {
        var files = api.MapGroup("/api/v1/files").WithTags("Files")
            .WithTagMeaning("Files that hang on messages and records: their bytes, thumbnails and texts.")
            .WithParameter("id", "The file, by its id.");
        GetFile.Map(files);
        GetThumbnail.Map(files);
        GetText.Map(files);
    }
}
