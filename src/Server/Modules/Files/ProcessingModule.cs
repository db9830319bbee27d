using Consilium.Platform.Jobs;

namespace Consilium.Modules.Files;

/// <summary>What happens to a file after it was received: scanning, decoding, fetching.</summary>
internal static class ProcessingModule
{
    public static void AddProcessing(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ThumbnailCache>();
        services.AddScoped<BlobChanges>();
        services.AddScoped<BlobScanning>();
        services.AddScoped<BlobDecoding>();
        services.AddScoped<GetText>();
        services.AddSingleton<ThumbnailMaker>();
        services.AddScoped<IJobHandler, FetchFile>();
        services.AddScoped<IJobHandler, ProcessBlob>();
        services.AddScheduledJob<ProcessWaiting>();
        if (ClamdSettings.Read(builder.Configuration) is not { } clamd) return;
        services.AddSingleton(clamd);
        services.AddSingleton<IContentScanner, ClamdScanner>();
        services.AddHealthChecks().AddCheck<ScannerHealth>(ScannerHealth.Name);
    }
}
