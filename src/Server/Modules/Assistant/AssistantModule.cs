using Consilium.Modules.Assistant.Contracts;
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
        services.AddProviders(builder.Configuration);
        services.AddPrompts(builder.Configuration);
        services.AddRuns();
    }

    static void AddPrompts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(PromptFiles.Load(PromptSettings.From(configuration)));
        services.AddScoped<Prompts>();
        services.AddSingleton(BudgetSettings.From(configuration));
        services.AddSingleton<Budget>();
    }

    static void AddRuns(this IServiceCollection services)
    {
        services.AddSingleton<QueueRuns>();
        services.AddSingleton<IMessageCompanion>(provider => provider.GetRequiredService<QueueRuns>());
        services.AddScoped<IThreadRemains, WhenThreadDeleted>();
        services.AddScoped<IRuns, Runs>();
        services.AddScoped<RunSteps>();
        services.AddScoped<PostAnswer>();
        services.AddSingleton<Calls>();
        services.AddSingleton<WriteAnswer>();
        services.AddSingleton<DatabaseWait>();
        services.AddSingleton<RunSnapshots>();
        services.AddSingleton<RunFeed>();
        services.AddSingleton<PieceWriter>();
        services.AddHostedService(provider => provider.GetRequiredService<PieceWriter>());
        services.AddSingleton<RunLeases>();
        services.AddHostedService(provider => provider.GetRequiredService<RunLeases>());
        services.AddHostedService<RunWorker>(); // last, so that it stops first and gives its runs back
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
