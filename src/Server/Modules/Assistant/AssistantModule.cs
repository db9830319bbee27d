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
        services.AddSingleton<IMessageCompanion, QueueRuns>();
        services.AddSingleton<IAnswerer, BuiltInRules>();
        services.AddSingleton(PromptFiles.Load(PromptSettings.From(builder.Configuration)));
        services.AddSingleton(BudgetSettings.From(builder.Configuration));
        services.AddSingleton<Budget>();
        services.AddScoped<Prompts>();
        services.AddScoped<Runs>();
        services.AddScoped<PostAnswer>();
        services.AddHostedService<RunWorker>();
    }
}
