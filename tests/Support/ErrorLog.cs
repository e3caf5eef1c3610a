using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Intervision.Tests.Support;

/// <summary>Keeps what a service logs as an error, so that a test fails on an unexpected one.</summary>
public sealed class ErrorLog : ILoggerProvider
{
    private const int Kept = 50;
    private readonly ConcurrentQueue<string> errors = new();
    private readonly ConcurrentQueue<string> warnings = new();

    /// <summary>All lines of level Error or worse, with their exception.</summary>
    public IReadOnlyCollection<string> Errors => errors;

    /// <summary>The last lines of level Warning, with the instant of each (UTC): what led to a wait that was in vain.</summary>
    public IReadOnlyCollection<string> Warnings => warnings;

    /// <summary>A health check fell into an outage that a test made, and said so as it should.</summary>
    public static bool SaysPostgresIsAway(string error) => error.Contains("Health check postgres with status Unhealthy", StringComparison.Ordinal);

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

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = $"{category}: {formatter(state, exception)} {exception}";
            if (logLevel >= LogLevel.Error)
            {
                log.errors.Enqueue(line);
                return;
            }

            log.warnings.Enqueue($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {line}");
            while (log.warnings.Count > Kept && log.warnings.TryDequeue(out _))
            {
            }
        }
    }
}
