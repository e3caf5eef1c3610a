using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Intervision.Tests.Support;

/// <summary>Keeps what a service logs as an error, so that a test fails on an unexpected one.</summary>
public sealed class ErrorLog : ILoggerProvider
{
    private readonly ConcurrentQueue<string> errors = new();

    /// <summary>All lines of level Error or worse, with their exception.</summary>
    public IReadOnlyCollection<string> Errors => errors;

    /// <summary>Takes out the errors a test expects.</summary>
    public void Clear() => errors.Clear();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(ErrorLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.errors.Enqueue($"{category}: {formatter(state, exception)} {exception}");
            }
        }
    }
}
