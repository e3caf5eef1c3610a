using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Intervision.ServiceDefaults.Telemetry;

/// <summary>
/// A client span without a parent is a background loop asking its database whether there is work: a trace each second
/// that says nothing.
/// </summary>
internal sealed class NoOrphanClients : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        new(samplingParameters.Kind == ActivityKind.Client ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
}
