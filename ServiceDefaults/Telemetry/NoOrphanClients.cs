using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Intervision.ServiceDefaults.Telemetry;

/// <summary>
/// A client span without a parent is a background loop asking its database whether there is work: a trace each second
/// that says nothing.
/// </summary>
/// <param name="others">Decides on what is not one.</param>
internal sealed class NoOrphanClients(Sampler others) : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.Kind == ActivityKind.Client ? new(SamplingDecision.Drop) : others.ShouldSample(samplingParameters);
}
