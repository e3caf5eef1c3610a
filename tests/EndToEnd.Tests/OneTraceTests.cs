using Intervision.Dashboard.Telemetry;
using Intervision.Dashboard.Telemetry.Reading;
using Intervision.Tests.Support;

namespace Intervision.EndToEnd.Tests;

/// <summary>
/// Requests played from the CPTS's call to the ledger within one trace of the caller: what the dashboard has stored must hang
/// together, through outbox, broker and consumers of every service.
/// </summary>
public sealed class OneTraceTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task From_the_call_to_the_ledger_is_one_picture()
    {
        var folder = Directory.CreateTempSubdirectory("intervision-region-").FullName;
        RegionCut.Write(Path.Combine(RunningSuite.Root, "data", "region"), Path.Combine(folder, "region"), new HashSet<string>(["P07", "L01"], StringComparer.Ordinal));
        await using var suite = await RunningSuite.Start(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["TRACEPARENT"] = $"00-{Trace}-00f067aa0ba902b7-01",
            ["Dashboard__TelemetryLimits__MaxSpansPerTrace"] = "1000000",
            // On a busy machine a service's queue of spans must not overflow: one missing parent cuts the picture.
            ["OTEL_BSP_MAX_QUEUE_SIZE"] = "200000",
        });
        await suite.Play(Path.Combine(folder, "region"));
        await suite.Stop();

        var spans = Spans(Path.Combine(suite.Folder, "telemetry.db"));
        Assert.Superset(new HashSet<string>(RunningSuite.Services, StringComparer.Ordinal), spans.Values.Select(s => s.Service).ToHashSet(StringComparer.Ordinal));
        // Only calls may lack their parent: it is the caller's own span, which the demo does not export.
        Assert.All(spans.Values, s => Assert.True(s.Parent is { } parent && (spans.ContainsKey(parent) || s.Name.Contains('/', StringComparison.Ordinal)), $"{s.Service} {s.Name} hangs in the air"));

        var submitted = Above(spans, "intake", "intervision.intake.case_submitted.v1 publish");
        Assert.Contains("intake intervision.intake.v1.IntakeService/SubmitCase", submitted);
        var ready = Above(spans, "scheduling", "intervision.intake.case_ready.v1 process");
        Assert.Contains(ready, s => s.StartsWith("intake intervision.intake.v1.", StringComparison.Ordinal));
        var settled = Above(spans, "scheduling", "intervision.indemnisation.session_settled.v1 process");
        Assert.Contains("indemnisation intervision.scheduling.attendance_certified.v1 process", settled);
        Assert.Contains(settled, s => s.EndsWith("/CertifyAttendance", StringComparison.Ordinal));
        var recorded = Above(spans, "indemnisation", "intervision.indemnisation.indemnity_recorded.v1 publish");
        Assert.Contains("indemnisation intervision.scheduling.attendance_certified.v1 process", recorded);
        Directory.Delete(folder, recursive: true);
    }

    private static Dictionary<long, Stored> Spans(string file)
    {
        using var connection = new TelemetryFile(file, TimeProvider.System).OpenToRead();
        return new Sql("select v.name, s.name, s.span, s.parent from span s join service v on v.id = s.service join trace t on t.id = s.trace")
            .Where("t.trace = $trace", ("$trace", Ids.Trace(Trace)!))
            .Read(connection, row => new Stored(row.GetString(0), row.GetString(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetInt64(3)))
            .ToDictionary(s => s.Id);
    }

    /// <summary>A span of this name and all above it, nearest first.</summary>
    private static List<string> Above(Dictionary<long, Stored> spans, string service, string name)
    {
        var at = spans.Values.FirstOrDefault(s => s.Service == service && s.Name == name);
        Assert.True(at is not null, $"no span \"{name}\" of {service} among {spans.Count}: {string.Join(", ", spans.Values.Where(s => s.Service == service).Select(s => s.Name).Distinct(StringComparer.Ordinal))}");
        var path = new List<string>();
        for (Stored? next = at; next is not null; next = next.Parent is { } parent ? spans.GetValueOrDefault(parent) : null)
        {
            path.Add($"{next.Service} {next.Name}");
        }

        return path;
    }

    private sealed record Stored(string Service, string Name, long Id, long? Parent);
}
