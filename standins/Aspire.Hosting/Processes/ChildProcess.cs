using System.Diagnostics;

namespace Aspire.Hosting.Processes;

/// <summary>A running process, leader of a group of its own.</summary>
internal sealed class ChildProcess
{
    private readonly Process _process;
    private readonly ProcessPlan _plan;
    private readonly Watchdog _watchdog;

    private ChildProcess(Process process, ProcessPlan plan, Watchdog watchdog)
    {
        _process = process;
        _plan = plan;
        _watchdog = watchdog;
    }

    public int Id { get; private set; }

    /// <summary>The exit code (128 + signal when killed), once the whole group is gone.</summary>
    public Task<int> Exit { get; private set; } = null!;

    public static async Task<ChildProcess> StartAsync(
        ProcessPlan plan, ChildThread thread, Watchdog watchdog, string mark, Action<string, bool> onLine)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = StartInfo(plan, mark), EnableRaisingEvents = true };
        process.Exited += (_, _) => ended.TrySetResult();
        await thread.RunAsync(process.Start);
        var child = new ChildProcess(process, plan, watchdog) { Id = process.Id };
        watchdog.Watch(child.Id, plan.DeathSignal);
        var output = new ConsoleReader(process.StandardOutput.BaseStream, line => onLine(line, false), TimeProvider.System).ReadAsync();
        var errors = new ConsoleReader(process.StandardError.BaseStream, line => onLine(line, true), TimeProvider.System).ReadAsync();
        child.Exit = child.EndAsync(ended.Task, Task.WhenAll(output, errors));
        return child;
    }

    /// <summary>Asks, waits, insists.</summary>
    public async Task StopAsync()
    {
        if (_plan.SignalLeaderOnly)
        {
            Posix.Signal(Id, _plan.StopSignal);
        }
        else
        {
            Posix.SignalGroup(Id, _plan.StopSignal);
        }
        if (await Task.WhenAny(Exit, Task.Delay(_plan.Grace!.Value)) != Exit)
        {
            Posix.SignalGroup(Id, Posix.SigKill);
        }
        await Exit;
    }

    private static ProcessStartInfo StartInfo(ProcessPlan plan, string mark)
    {
        // setsid execs (a fresh child is never a group leader) and so does setpriv: the child's pid is the command's.
        var start = new ProcessStartInfo("setsid")
        {
            WorkingDirectory = plan.WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("setpriv");
        if (plan.Unprivileged && Environment.IsPrivilegedProcess)
        {
            start.ArgumentList.Add($"--reuid={Posix.Nobody}");
            start.ArgumentList.Add($"--regid={Posix.Nobody}");
            start.ArgumentList.Add("--clear-groups");
        }
        foreach (var argument in (string[])["--pdeathsig", Name(plan.DeathSignal), "--", plan.Command, .. plan.Arguments])
        {
            start.ArgumentList.Add(argument);
        }
        if (plan.CleanEnvironment)
        {
            start.Environment.Clear();
            start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH");
        }
        else
        {
            RemoveWhatIsTheAppHostsOwn(start.Environment);
        }
        foreach (var (name, value) in plan.Environment)
        {
            start.Environment[name] = value;
        }
        start.Environment[Watchdog.MarkVariable] = mark;
        return start;
    }

    /// <summary>Secrets and addresses given to the app host are not for every process it starts.</summary>
    private static void RemoveWhatIsTheAppHostsOwn(IDictionary<string, string?> environment)
    {
        string[] exact = ["ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_LAUNCH_PROFILE", "DOTNET_URLS"];
        string[] prefixes = ["ConnectionStrings__", "Parameters__", "AppHost__", "Ports__"];
        foreach (var name in environment.Keys.ToList())
        {
            if (exact.Contains(name, StringComparer.OrdinalIgnoreCase)
                || prefixes.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
            {
                environment.Remove(name);
            }
        }
    }

    private static string Name(int signal) => signal switch
    {
        Posix.SigInt => "INT",
        Posix.SigTerm => "TERM",
        _ => "KILL",
    };

    private async Task<int> EndAsync(Task ended, Task read)
    {
        await ended;
        // Whatever the leader left in its group goes with it, and a pipe a grandchild holds open does not keep us.
        Posix.SignalGroup(Id, Posix.SigKill);
        await Task.WhenAny(read, Task.Delay(TimeSpan.FromSeconds(1)));
        _watchdog.Forget(Id);
        await _plan.AfterExit();
        var code = _process.ExitCode;
        _process.Dispose();
        return code;
    }
}
