using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

public static class KnownResourceStates
{
    public static readonly string NotStarted = nameof(NotStarted);
    public static readonly string Waiting = nameof(Waiting);
    public static readonly string Starting = nameof(Starting);
    public static readonly string Running = nameof(Running);
    public static readonly string Stopping = nameof(Stopping);
    public static readonly string Finished = nameof(Finished);
    public static readonly string Exited = nameof(Exited);
    public static readonly string FailedToStart = nameof(FailedToStart);
    public static readonly string RuntimeUnhealthy = nameof(RuntimeUnhealthy);
    public static readonly string ValueMissing = nameof(ValueMissing);
    public static readonly string Active = nameof(Active);
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new(s, null);
}

public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText)
{
    /// <summary>Degraded is: it answers. By the original's check of an address, which looks at the status code alone, it is healthy.</summary>
    internal bool IsWellEnough => Status is Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy or Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Degraded;
}

public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal);

public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

/// <summary>A resource at one instant.</summary>
public sealed record CustomResourceSnapshot
{
    public required string ResourceType { get; init; }
    public ResourceStateSnapshot? State { get; init; }
    public int? ExitCode { get; init; }
    public DateTime? StartTimeStamp { get; init; }
    public DateTime? StopTimeStamp { get; init; }
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; init; } = [];
    public bool IsHidden { get; init; }

    /// <summary>Known only while running: healthy without checks, unhealthy until each has run, else the worst of them.</summary>
    public HealthStatus? HealthStatus =>
        State?.Text != KnownResourceStates.Running ? null
        : HealthReports.IsEmpty ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
        : HealthReports.Min(r => r.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);

    /// <summary>The ready event has been heard by everyone since the last start.</summary>
    internal bool IsReady { get; init; }

    internal bool WasEverReady { get; init; }

    internal int Restarts { get; init; }
    internal int? ProcessId { get; init; }

    /// <summary>A person stopped it, and nobody but a person starts it again.</summary>
    internal bool StoppedByHand { get; init; }

    /// <summary>Why it failed, in one sentence.</summary>
    internal string? Failure { get; init; }

    /// <summary>Who waits for it need not wait any longer.</summary>
    internal bool IsHealthyAndReady => IsReady && State?.Text == KnownResourceStates.Running && HealthReports.All(r => r.IsWellEnough);

    internal bool IsTerminal => State is not null && KnownResourceStates.TerminalStates.Contains(State.Text);
}

/// <summary>A resource took another state.</summary>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    public IResource Resource { get; } = resource;
    public string ResourceId { get; } = resourceId;
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}
