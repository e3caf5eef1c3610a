using System.Collections.Concurrent;
using System.Diagnostics;

namespace Intervision.Tests.Support;

/// <summary>
/// Starts children that must die with this process. The kernel's parent-death signal goes by the <em>thread</em> that
/// started them, so all are started by one thread that lives as long as the process.
/// </summary>
public static class ChildProcesses
{
    private static readonly BlockingCollection<Action> Work = [];

    static ChildProcesses() => new Thread(Run) { IsBackground = true, Name = "child processes" }.Start();

    /// <summary>Starts it with its output drained; give <paramref name="line"/> to see it.</summary>
    public static async Task<Process> Start(ProcessStartInfo info, Action<string>? line = null)
    {
        ArgumentNullException.ThrowIfNull(info);
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        info.RedirectStandardOutput = info.RedirectStandardError = true;
        Work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception failure)
            {
                started.SetException(failure);
            }
        });
        var process = await started.Task;
        process.OutputDataReceived += Said;
        process.ErrorDataReceived += Said;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;

        void Said(object sender, DataReceivedEventArgs args)
        {
            if (args.Data is { } text)
            {
                line?.Invoke(text);
            }
        }
    }

    private static void Run()
    {
        foreach (var action in Work.GetConsumingEnumerable())
        {
            action();
        }
    }
}
