using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Processes;

/// <summary>How one process is started and stopped.</summary>
internal sealed record ProcessPlan(string Command, IReadOnlyList<string> Arguments, string WorkingDirectory)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Servers see only <see cref="Environment"/>; projects inherit the app host's environment as well.</summary>
    public bool CleanEnvironment { get; init; }

    /// <summary>As nobody, when the app host is root.</summary>
    public bool Unprivileged { get; init; }

    public int StopSignal { get; init; } = Posix.SigTerm;

    /// <summary>The group's leader stops its own children; else the whole group hears the signal.</summary>
    public bool SignalLeaderOnly { get; init; }

    /// <summary>What the process gets when the app host dies without a word.</summary>
    public int DeathSignal { get; init; } = Posix.SigKill;

    /// <summary>Between the stop signal and SIGKILL; null: configuration <c>AppHost:StopGrace</c>, in seconds, 10 without it.</summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>Awaited after every end of the process, before it may be started again.</summary>
    public Func<Task> AfterExit { get; init; } = () => Task.CompletedTask;
}

/// <summary>What a plan may be made from.</summary>
internal sealed record LaunchContext(
    IResource Resource, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Arguments,
    Launcher Launcher, Action<string> Log, CancellationToken CancellationToken);

/// <summary>The resource is a process of this machine.</summary>
internal sealed class ProcessAnnotation(Func<LaunchContext, Task<ProcessPlan>> plan) : IResourceAnnotation
{
    public Func<LaunchContext, Task<ProcessPlan>> Plan { get; } = plan;
}
