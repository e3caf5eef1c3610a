using System.Collections.Concurrent;
using System.Globalization;
using Spectre.Console;

namespace Intervision.Demo.Reporting;

/// <summary>How far each stage is: bars in a terminal, one line per finished stage in a file or a pipe.</summary>
internal sealed class Bars
{
    private readonly ConcurrentDictionary<string, ProgressTask> tasks = new(StringComparer.Ordinal);
    private readonly IAnsiConsole console;
    private readonly long started = TimeProvider.System.GetTimestamp();

    private Bars(IAnsiConsole console) => this.console = console;

    public static async Task Run(IAnsiConsole console, IEnumerable<string> stages, Func<Bars, Task> work)
    {
        var bars = new Bars(console);
        if (!console.Profile.Capabilities.Ansi)
        {
            await work(bars);
            return;
        }

        await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                foreach (var stage in stages)
                {
                    bars.tasks[stage] = context.AddTask(stage, maxValue: 1);
                }

                await work(bars);
            });
    }

    /// <summary>Runs one stage; it tells which part of itself (of 1) it has just done.</summary>
    public async Task Stage(string name, Func<Action<double>, Task> work)
    {
        await work(part => Advance(name, part));
        Finish(name);
    }

    public void Advance(string name, double part)
    {
        if (tasks.TryGetValue(name, out var task))
        {
            task.Increment(part);
        }
    }

    public void Finish(string name)
    {
        if (tasks.TryGetValue(name, out var task))
        {
            task.Value = task.MaxValue;
        }
        else
        {
            console.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(started).TotalSeconds,6:0.0} s  {name} : fait");
        }
    }
}
