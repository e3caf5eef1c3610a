using System.Diagnostics;

namespace Aspire.Hosting.Processes;

/// <summary>
/// A small shell process that ends what the app host leaves behind when it is killed. The parent-death signal
/// reaches only direct children; grandchildren (RabbitMQ's helpers, a script's children) need someone who stays.
/// </summary>
internal sealed class Watchdog : IAsyncDisposable
{
    public const string MarkVariable = "ASPIRE_APPHOST_MARK";

    private readonly Process _process;
    private readonly Lock _lock = new();

    private Watchdog(Process process) => _process = process;

    public static async Task<Watchdog> StartAsync(ChildThread thread, string mark)
    {
        using var script = new StreamReader(typeof(Watchdog).Assembly.GetManifestResourceStream("watchdog.sh")!);
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = "/" };
        foreach (var argument in new[] { "sh", "-c", await script.ReadToEndAsync(), "aspire-watchdog", mark })
        {
            start.ArgumentList.Add(argument);
        }
        return new Watchdog(await thread.RunAsync(() => Process.Start(start)!));
    }

    public void Watch(int group, int deathSignal) => Say($"+ {group} {deathSignal}");

    public void Forget(int group) => Say($"- {group}");

    /// <summary>Ends the watch; what still carries the mark is killed.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Say(string line)
    {
        lock (_lock)
        {
            try
            {
                _process.StandardInput.WriteLine(line);
                _process.StandardInput.Flush();
            }
            catch (IOException)
            {
                // Someone killed the watchdog: the parent-death signal remains.
            }
        }
    }
}
