using Consilium.Modules.Assistant.Contracts;
using Consilium.Tests.Modules.Cases;
using Microsoft.Extensions.DependencyInjection;

namespace Consilium.Tests.Modules.Tickets;

/// <summary>A server whose answers the test writes itself.</summary>
public sealed class AnswerServer : CaseServer
{
    internal ScriptedRuns Runs { get; } = new();

    protected override void ConfigureServices(IServiceCollection services) => services.AddRuns(Runs);
}

internal static class ScriptedServices
{
    public static void AddRuns(this IServiceCollection services, ScriptedRuns runs) => services.AddSingleton<IRuns>(runs);
}
