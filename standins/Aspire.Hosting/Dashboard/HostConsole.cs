using Aspire.Hosting.ApplicationModel;
using Intervision.Dashboard.Resources;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>What the app host itself logs, on a console beside those of its resources.</summary>
internal sealed class HostConsole(ResourceLoggerService consoles) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Category(categoryName, consoles);

    public void Dispose()
    {
    }

    private sealed class Category(string name, ResourceLoggerService consoles) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = $"{logLevel} {name}: {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}";
            foreach (var line in text.Split('\n'))
            {
                consoles.Write(IResourceSource.Host, line.TrimEnd('\r'), isError: logLevel >= LogLevel.Error);
            }
        }
    }
}
