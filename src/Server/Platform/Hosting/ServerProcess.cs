using System.Reflection;

namespace Consilium.Platform.Hosting;

/// <summary>The life of the process: build, start, say so, wait for the signal to stop. A start that fails ends in one plain sentence and exit code 1.</summary>
internal static class ServerProcess
{
    /// <summary>Whether the server was started as a program, and not by a test, which sees its faults whole.</summary>
    public static bool IsThisOne { get; } = Assembly.GetEntryAssembly() == typeof(ServerProcess).Assembly;

    /// <param name="build">Composes the application.</param>
    /// <param name="command">What the arguments ask for instead of the server; null for the server.</param>
    public static async Task<int> RunAsync(Func<WebApplication> build, Func<WebApplication, Task<int>>? command)
    {
        WebApplication? app = null;
        try
        {
            app = build();
            if (command is not null)
            {
                var code = await command(app);
                await app.DisposeAsync();
                return code;
            }
            if (IsThisOne) Check(app);
            await app.StartAsync();
        }
        catch (Exception fault) when (fault is not HostAbortedException && IsThisOne)
        {
            return await FailAsync(app, fault, command is null ? "Consilium could not start." : "That did not work.");
        }

        await using (app)
        {
            app.Services.GetRequiredService<StartPhase>().IsOver = true;
            app.Services.GetRequiredService<ReadyNotice>().Write();
            await StopWhenAskedAsync(app);
            var workers = app.Services.GetServices<IHostedService>().OfType<BackgroundService>();
            return workers.Any(worker => worker.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
        }
    }

    static void Check(WebApplication app)
    {
        foreach (var check in app.Services.GetServices<IStartCheck>()) check.Run();
    }

    static async Task StopWhenAskedAsync(WebApplication app)
    {
        try
        {
            await app.WaitForShutdownAsync();
        }
        catch (Exception fault) when (fault is OperationCanceledException or AggregateException)
        {
            app.Logger.LogWarning("Not everything had ended when the time to stop was over: {Fault}", fault.GetBaseException().Message);
        }
    }

    static async Task<int> FailAsync(WebApplication? app, Exception fault, string what)
    {
        var asked = app?.Lifetime.ApplicationStopping.IsCancellationRequested == true;
        if (!asked)
        {
            await Console.Error.WriteLineAsync($"\n{what} {StartFailure.Explain(fault)}");
            if (StartPhase.WantsDetails(app)) await Console.Error.WriteLineAsync($"\n{fault}");
        }
        if (app is not null) await UndoAsync(app);
        return asked ? 0 : 1;
    }

    // What had started by then, the database first of all, must not be left behind.
    static async Task UndoAsync(WebApplication app)
    {
        try
        {
            try
            {
                await app.StopAsync();
            }
            finally
            {
                await app.DisposeAsync();
            }
        }
        catch (Exception second) when (second is OperationCanceledException or AggregateException or InvalidOperationException or ArgumentNullException)
        {
            app.Logger.LogDebug(second, "Stopping after the failed start failed as well"); // the host trips over what it has not built yet
        }
    }
}

/// <summary>Until the server is up, <see cref="ServerProcess"/> alone reports what went wrong: once, without a stack trace.</summary>
internal sealed class StartPhase
{
    static readonly string[] Reporters =
        ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Hosting.Diagnostics"];

    public volatile bool IsOver;

    /// <summary>
    /// Afterwards they warn and no more, whatever is configured: below that the diagnostics write whole addresses, with their tokens and what was
    /// searched for.
    /// </summary>
    public void Silence(ILoggingBuilder logging)
    {
        foreach (var reporter in Reporters) logging.AddFilter(reporter, level => level >= LogLevel.Warning && IsOver);
    }

    public static bool WantsDetails(WebApplication? app) =>
        app?.Configuration["Logging:LogLevel:Default"] is "Debug" or "Trace"
        || Environment.GetEnvironmentVariable("Logging__LogLevel__Default") is "Debug" or "Trace";
}
