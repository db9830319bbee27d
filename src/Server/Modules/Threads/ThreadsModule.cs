using Consilium.Modules.Threads.Contracts;

namespace Consilium.Modules.Threads;

/// <summary>The one thread engine: numbered events, messages with their files, read marks, live following. The doors give it policies and words; it has no routes.</summary>
internal static class ThreadsModule
{
    public static void AddThreads(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<AppendMessages>();
        services.AddSingleton<MessageWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<MessageWriter>());
        services.AddScoped<ThreadChanges>();
        services.AddScoped<MessageFiles>();
        services.AddScoped<ThreadDeletion>();
        services.AddScoped<IThreads, Threads>();
        services.AddScoped<IMessages, Messages>();
        services.AddSingleton<EventLog>();
        services.AddSingleton<ThreadFeed>();
        services.AddSingleton<IThreadFeed>(provider => provider.GetRequiredService<ThreadFeed>());
        services.AddHostedService(provider => provider.GetRequiredService<ThreadFeed>());
        services.AddScoped<ThreadStreams>();
        services.AddScoped<ThreadReplays>();
        services.AddSingleton<ThreadList>();
    }
}
