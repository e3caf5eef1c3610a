namespace Intervision.Dashboard.Resources;

/// <summary>A resource as shown: no secret in it.</summary>
/// <param name="Group">The resource of which this is one replica; its own name otherwise.</param>
/// <param name="RefersTo">Who it is told of, waits for or is a part of.</param>
/// <param name="Commands">Those that can be given now: start, stop, restart.</param>
internal sealed record ShownResource(
    string Name, string Group, string Type, string State, string? Health, bool Ready, int? ExitCode, int? ProcessId, int Restarts,
    DateTimeOffset? StartedAt, string? Failure, bool StoppedByHand, IReadOnlyList<ShownEndpoint> Endpoints,
    IReadOnlyList<ShownVariable> Environment, IReadOnlyList<string> RefersTo, IReadOnlyList<ShownCheck> Checks, IReadOnlyList<string> Commands)
{
    /// <summary>A step that ended well, or something that runs and is healthy.</summary>
    public bool IsWell =>
        (State == "Finished" && ExitCode == 0 && !StoppedByHand) || State == "Active" || (Ready && Health == "Healthy");

    public bool IsComing => !IsWell && !StoppedByHand && State is "NotStarted" or "Waiting" or "Starting" or "Running" && Checks.All(c => c.Status is null or "Healthy");
}

internal sealed record ShownEndpoint(string Name, string Url)
{
    public bool CanBeOpened => Url.StartsWith("http://", StringComparison.Ordinal) || Url.StartsWith("https://", StringComparison.Ordinal);
}

/// <param name="Masked">The value is hidden.</param>
internal sealed record ShownVariable(string Name, string Value, bool Masked);

/// <param name="Status">Healthy, Degraded or Unhealthy; null while it has not run.</param>
internal sealed record ShownCheck(string Name, string? Status, string? Message);

internal sealed record ConsoleLine(long Number, DateTimeOffset Time, string Text, bool IsError);

/// <param name="Omitted">Lines between what the reader had and the first of these, gone for good.</param>
internal sealed record ConsoleLines(IReadOnlyList<ConsoleLine> Lines, long Omitted);
