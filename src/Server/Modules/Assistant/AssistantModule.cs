using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Hosting;

namespace Consilium.Modules.Assistant;

/// <summary>
/// Answers questions in any thread: each has a durable run, which workers carry out. It has no routes; the doors show its messages and events.
/// </summary>
internal static class AssistantModule
{
    public static void AddAssistant(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(AssistantSettings.From(builder.Configuration));
        services.AddSingleton<IMessageCompanion, QueueRuns>();
        services.AddProviders(builder.Configuration);
        services.AddScoped<Prompts>();
        services.AddScoped<Runs>();
        services.AddScoped<PostAnswer>();
        services.AddHostedService<RunWorker>();
    }

    static void AddProviders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(ProviderConfiguration.Read(configuration));
        services.AddSingleton<Providers>();
        services.AddSingleton<BuiltInRules>();
        services.AddSingleton<IAnswerer, AnswerChain>();
        services.AddSingleton<IStartupNotice, ProvidersNotice>();
        services.AddHealthChecks().AddCheck<ProvidersHealth>(ProvidersHealth.Name);
    }
}
