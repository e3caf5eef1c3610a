using Intervision.Dashboard.Resources;
using Intervision.Dashboard.Telemetry;

namespace Intervision.Dashboard.Pages;

/// <summary>What the pages show: the resources of the app host, and what they told by OTLP.</summary>
internal sealed record Board(IResourceSource Resources, TelemetryStore Telemetry, TimeProvider Clock);
