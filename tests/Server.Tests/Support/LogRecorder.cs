using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Consilium.Tests.Support;

/// <summary>Everything that the settings of the logs let through, as a console would show it.</summary>
internal sealed class LogRecorder : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> All { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        All.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose() { }
}
