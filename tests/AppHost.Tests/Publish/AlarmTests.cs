using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Intervision.AppHost.Tests.Publish;

/// <summary>
/// The alarms of the charts (<c>alarms.yaml</c>): each is called for what it says and not for less (promtool, which Prometheus
/// brings), is about instruments that the services have, and stands in docs/operations.md with what to do.
/// </summary>
public sealed partial class AlarmTests
{
    private static readonly string Root = typeof(AlarmTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "RepositoryRoot").Value!;
    private static readonly string[] Charts = ["suite", "servers"];

    [Theory]
    [InlineData("suite")]
    [InlineData("servers")]
    public async Task Each_alarm_is_called_above_its_threshold_and_not_below(string chart)
    {
        var tests = TestsOf(chart);
        using var promtool = Process.Start(new ProcessStartInfo("promtool", ["test", "rules", tests]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = promtool.StandardOutput.ReadToEndAsync();
        var errors = promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
        Assert.True(promtool.ExitCode == 0, await said + await errors);

        // Both ways, for every alarm that there is.
        var text = await File.ReadAllTextAsync(tests);
        foreach (var alarm in Alarms(chart))
        {
            Assert.Contains($"- name: {alarm} is called\n", text, StringComparison.Ordinal);
            Assert.Contains($"- name: {alarm} is not called\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Each_alarm_stands_in_the_operators_page() =>
        Assert.Equal(Charts.SelectMany(Alarms).Order(StringComparer.Ordinal), Documented().Order(StringComparer.Ordinal));

    /// <summary>Their names as Prometheus makes them of OTLP's: dots are underscores, then the unit, then the kind.</summary>
    [Fact]
    public void Each_figure_of_an_alarm_is_one_that_a_service_says()
    {
        var said = Instruments().ToHashSet(StringComparer.Ordinal);
        var used = Figure().Matches(Rules("suite")).Select(m => m.Value).Distinct(StringComparer.Ordinal).ToList();
        Assert.InRange(used.Count, 12, 40);
        Assert.All(used, figure => Assert.Contains(figure, said));
    }

    /// <summary>A percentile is never above the highest bound of its histogram: an alarm beyond it would never be called.</summary>
    [Fact]
    public void A_percentile_is_asked_for_below_the_highest_bound()
    {
        var asked = Percentile().Matches(Rules("suite"));
        Assert.Single(asked);
        Assert.Contains("\"intervision.inbox.lag\", \"s\", \"Append at the source to effect here\", tags: null, Durations.OfWaits", Source("ServiceDefaults/Messaging/Meters.cs"), StringComparison.Ordinal);
        var bounds = Regex.Match(Source("ServiceDefaults/Telemetry/Durations.cs"), @"\.\. UpToHalfAMinute, (?<bounds>[0-9, ]+)\]", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["bounds"].Value;
        Assert.InRange(int.Parse(asked[0].Groups["threshold"].Value, CultureInfo.InvariantCulture), 1, bounds.Split(',').Max(b => int.Parse(b, CultureInfo.InvariantCulture)) / 2);
    }

    private static IEnumerable<string> Alarms(string chart) => Alert().Matches(Rules(chart)).Select(m => m.Groups["name"].Value);

    private static IEnumerable<string> Documented()
    {
        var page = Source("docs/operations.md");
        var section = page[page.IndexOf("## What each alarm means", StringComparison.Ordinal)..];
        return Row().Matches(section).SelectMany(row => row.Groups["names"].Value.Split(", ")).Select(name => name.Trim('`'));
    }

    /// <summary>Every instrument of the services, with what its kind and unit become.</summary>
    private static IEnumerable<string> Instruments()
    {
        var files = new[] { "ServiceDefaults", "services" }.SelectMany(f => Directory.EnumerateFiles(Path.Combine(Root, f), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal));
        foreach (Match made in files.SelectMany(f => Instrument().Matches(File.ReadAllText(f))))
        {
            var name = made.Groups["name"].Value.Replace('.', '_') + (made.Groups["unit"].Value, made.Groups["kind"].Value) switch
            {
                ("s", _) => "_seconds",
                ("1", "ObservableGauge") => "_ratio",
                _ => "",
            };
            foreach (var series in made.Groups["kind"].Value switch { "Counter" => ["_total"], "Histogram" => (string[])["_bucket", "_count", "_sum"], _ => [""] })
            {
                yield return name + series;
            }
        }
    }

    private static string Rules(string chart) => Source($"AppHost/Publish/Charts/{chart}/alarms.yaml");

    private static string TestsOf(string chart) => Path.Combine(Root, $"tests/AppHost.Tests/Publish/Alarms/{chart}.yaml");

    private static string Source(string path) => File.ReadAllText(Path.Combine(Root, path));

    [GeneratedRegex("- alert: (?<name>[A-Za-z]+)\n", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Alert();

    [GeneratedRegex(@"\b(intervision_[a-z_]+|rpc_server_[a-z_]+)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Figure();

    [GeneratedRegex(@"histogram_quantile\(.*\) > (?<threshold>[0-9]+)\n", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Percentile();

    [GeneratedRegex(@"^\| (?<names>`[A-Z][A-Za-z]+`(, `[A-Z][A-Za-z]+`)*) \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Row();

    [GeneratedRegex("""Create(?<kind>Counter|UpDownCounter|Histogram|ObservableGauge)(<[a-z]+>)?\(\s*"(?<name>[a-z._]+)",.*?"(?<unit>s|1|\{[a-z]+\})",""", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Instrument();
}
