using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Threads.Contracts;

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
        services.AddSingleton<IAnswerer, BuiltInRules>();
        services.AddSingleton(PromptFiles.Load(PromptSettings.From(builder.Configuration)));
        services.AddSingleton(BudgetSettings.From(builder.Configuration));
        services.AddSingleton<Budget>();
        services.AddScoped<Prompts>();
        AddRuns(services);
    }

    static void AddRuns(IServiceCollection services)
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
}
