using Consilium.Modules.Accounts.Contracts;
using Consilium.Modules.Assistant;
using Consilium.Modules.Assistant.Contracts;
using Consilium.Modules.Threads.Contracts;
using Consilium.Platform.Database;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Assistant;

/// <summary>Prompts as a run would have them.</summary>
internal static class PromptCalls
{
    public static async Task<Prompt?> PromptAsync(this Server server, Guid thread, Guid question, string? text, ThreadSubject? subject = null, string kind = "case")
    {
        await using var scope = server.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var prompts = new Prompts([new Door(thread, subject)], services.GetRequiredService<PromptFiles>(), services.GetRequiredService<RequestTransaction>(), server.Clock);
        return await prompts.BuildAsync(RunOf(thread, kind, question, text), default);
    }

    public static Run RunOf(Guid thread, string kind, Guid question, string? text) =>
        new(Guid.CreateVersion7(), thread, kind, Guid.Empty, question, 0, 1, 1, null, text);

    public static async Task AssistantSaysAsync(this Server server, AskedThread thread, string text)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var answer = new NewMessage(
            thread.Id, "case", Reach.All, AssistantAccount.Id, Role.Assistant.Wire(), SenderRole.Assistant, AssistantAccount.Name, text);
        (await scope.ServiceProvider.GetRequiredService<IMessages>().PostAsync(answer, default)).Outcome.ShouldBe(PostOutcome.Posted);
    }

    sealed class Door(Guid thread, ThreadSubject? subject) : IThreadSubjects
    {
        public string Kind => "case";

        public Task<ThreadSubject?> FindAsync(Guid threadId, CancellationToken cancellationToken) => Task.FromResult(threadId == thread ? subject : null);
    }
}
