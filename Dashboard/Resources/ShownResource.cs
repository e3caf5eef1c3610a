namespace Intervision.Dashboard.Resources;

/// <summary>A resource as shown: no secret in it.</summary>
internal sealed record ShownResource(
    string Name, string Type, string State, string? Health, bool Ready, int? ExitCode, int? ProcessId, int Restarts,
    DateTime? StartedAt, string? Failure, IReadOnlyList<ShownEndpoint> Endpoints, IReadOnlyList<ShownVariable> Environment,
    IReadOnlyList<string> RefersTo, IReadOnlyList<string> WaitsFor, IReadOnlyList<ShownCheck> Checks, IReadOnlyList<string> Commands);

internal sealed record ShownEndpoint(string Name, string Url);

/// <param name="Masked">The value is hidden.</param>
internal sealed record ShownVariable(string Name, string Value, bool Masked);

/// <param name="Status">Healthy, Degraded or Unhealthy; null while it has not run.</param>
internal sealed record ShownCheck(string Name, string? Status, string? Message);

internal sealed record ConsoleLine(int Number, DateTimeOffset Time, string Text, bool Error);
