using Intervision.Dashboard.Tests.Support;
using Intervision.Dashboard.Tests.Telemetry;
using Microsoft.Playwright;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Intervision.Dashboard.Tests;

/// <summary>Traces, logs and metrics, from what a service sends to what a person sees.</summary>
public sealed class TelemetryPagesTests(Browser browser)
{
    [Fact]
    public async Task A_trace_is_one_picture_from_the_request_to_the_ledger()
    {
        await using var dashboard = await RunningDashboard.Start();
        await SendJourney(dashboard);
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}traces?q=SubmitCase");

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "intake : intake.v1/SubmitCase" }).ClickAsync();

        await Assertions.Expect(tab.Page.Locator("table.waterfall tbody tr")).ToHaveCountAsync(4);
        var rows = await tab.Page.Locator("table.waterfall tbody th").AllInnerTextsAsync();
        Assert.Equal(["intake", "intake", "scheduling", "indemnisation"], rows.Select(r => r.Trim().Split(' ')[0]));
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "post ledger" }).ClickAsync();
        var details = tab.Page.Locator("#details");
        await Assertions.Expect(details).ToContainTextAsync("lines");
        await Assertions.Expect(details).ToContainTextAsync("envelope locked");
        await Assertions.Expect(details).ToContainTextAsync("no envelope");
        await Assertions.Expect(details.GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", $"/traces/{Sent.TraceHex(99)}?span={Sent.SpanHex(99)}");
    }

    [Fact]
    public async Task A_link_is_marked_beside_its_span_and_opens_what_it_leads_to()
    {
        await using var dashboard = await RunningDashboard.Start();
        await SendJourney(dashboard);
        var many = Sent.Span(98, 98, null, "batch", Sent.Now);
        many.Links.Add(Enumerable.Range(1, 5).Select(i => new Span.Types.Link { TraceId = Sent.TraceId(i), SpanId = Sent.SpanId(i) }));
        await dashboard.Telemetry.Post("traces", Sent.Spans("intake", Sent.Span(99, 99, null, "what was before", Sent.Now), many));
        await dashboard.Telemetry.Written();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}traces/{Sent.TraceHex(98)}");
        await Assertions.Expect(tab.Page.Locator("table.waterfall a.linked")).ToHaveCountAsync(3);
        await Assertions.Expect(tab.Page.Locator("table.waterfall th").Last).ToContainTextAsync("… 5");

        await tab.Page.GotoAsync($"{dashboard.Address}traces/{Sent.TraceHex(1)}");
        await tab.Page.Locator("table.waterfall").GetByRole(AriaRole.Link, new() { Name = $"Trace liée {Sent.TraceHex(99)[..7]}" }).ClickAsync();

        await Assertions.Expect(tab.Page.Locator("tr.chosen")).ToContainTextAsync("what was before");
    }

    [Fact]
    public async Task Traces_and_logs_are_found_by_when_they_were()
    {
        await using var dashboard = await RunningDashboard.Start();
        var before = Sent.Nano(TimeProvider.System.GetUtcNow().AddMinutes(-30));
        var early = Sent.Log("the early log");
        early.TimeUnixNano = before;
        await dashboard.Telemetry.Post("traces", Sent.Spans("intake", Sent.Span(1, 1, null, "early", before), Sent.Span(2, 2, null, "late", Sent.Now)));
        await dashboard.Telemetry.Post("logs", Sent.Logs("intake", early, Sent.Log("the late log")));
        await dashboard.Telemetry.Written();
        await using var tab = await browser.Open();

        foreach (var page in (string[])["traces", "logs"])
        {
            await tab.Page.GotoAsync($"{dashboard.Address}{page}");
            await Assertions.Expect(tab.Page.Locator("table tbody tr")).ToHaveCountAsync(2);
            await tab.Page.GetByLabel("Période").SelectOptionAsync("15");
            await Assertions.Expect(tab.Page.Locator("table tbody tr")).ToHaveCountAsync(1);
            await Assertions.Expect(tab.Page.Locator("table tbody")).ToContainTextAsync("late");
        }
    }

    [Fact]
    public async Task Traces_are_found_by_duration_resource_and_error()
    {
        await using var dashboard = await RunningDashboard.Start();
        await SendJourney(dashboard);
        await dashboard.Telemetry.Post("traces", Sent.Spans("membership", Sent.Span(2, 20, null, "GetPole", Sent.Now, length: 2)));
        await dashboard.Telemetry.Written();
        await using var tab = await browser.Open();

        foreach (var (query, found) in (IEnumerable<(string, string)>)[("ms=50", "SubmitCase"), ("resource=membership", "GetPole"), ("errors=1", "SubmitCase")])
        {
            await tab.Page.GotoAsync($"{dashboard.Address}traces?{query}");
            await Assertions.Expect(tab.Page.Locator("table tbody tr")).ToHaveCountAsync(1);
            await Assertions.Expect(tab.Page.Locator("table tbody")).ToContainTextAsync(found);
        }
    }

    [Fact]
    public async Task Logs_are_found_by_level_text_and_attribute_and_lead_to_their_trace()
    {
        await using var dashboard = await RunningDashboard.Start();
        await SendJourney(dashboard);
        var failed = Sent.Log("Ledger refused", severity: 17, Sent.Tag("line", "L-1"));
        (failed.TraceId, failed.SpanId) = (Sent.TraceId(1), Sent.SpanId(4));
        await dashboard.Telemetry.Post("logs", Sent.Logs("indemnisation", failed, Sent.Log("Line calculated", 9, Sent.Tag("line", "L-2"))));
        await dashboard.Telemetry.Written();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}logs");
        await Assertions.Expect(tab.Page.Locator("table tbody tr")).ToHaveCountAsync(2);

        await tab.Page.GetByLabel("Niveau").SelectOptionAsync("17");
        await Assertions.Expect(tab.Page.Locator("table tbody tr")).ToHaveCountAsync(1);

        await tab.Page.GotoAsync($"{dashboard.Address}logs");
        await tab.Page.GetByLabel("Attribut").FillAsync("line=L-2");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Afficher" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("table tbody")).ToContainTextAsync("Line calculated");
        await Assertions.Expect(tab.Page.Locator("table tbody tr")).ToHaveCountAsync(1);
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Retirer le filtre line=L-2" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("table tbody tr")).ToHaveCountAsync(2);

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = $"Trace {Sent.TraceHex(1)[..7]}" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("tr.chosen")).ToContainTextAsync("post ledger");
        await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync("Ledger refused");
    }

    [Theory]
    [InlineData("short", 1)]
    [InlineData("a long message, of many words ", 30)]
    public async Task A_message_is_shown_whole_in_no_more_room_than_it_needs(string part, int times)
    {
        await using var dashboard = await RunningDashboard.Start();
        await dashboard.Telemetry.Post("logs", Sent.Logs("intake", Sent.Log(string.Concat(Enumerable.Repeat(part, times)))));
        await dashboard.Telemetry.Written();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}logs");
        await tab.Page.Locator("td.text a").ClickAsync();

        var message = tab.Page.GetByLabel("Message");
        await Assertions.Expect(message).ToContainTextAsync(part.Trim());
        Assert.InRange(await message.EvaluateAsync<int>("e => e.scrollWidth - e.clientWidth"), int.MinValue, 0);
        Assert.InRange(await message.EvaluateAsync<int>("e => e.clientHeight"), 10, 200);
    }

    [Fact]
    public async Task A_histogram_shows_percentiles_and_its_exemplars_open_the_trace()
    {
        await using var dashboard = await RunningDashboard.Start();
        await SendJourney(dashboard);
        await dashboard.Telemetry.Post("metrics", Sent.Metrics("intake", Histogram("rpc.server.call.duration")));
        await dashboard.Telemetry.Written();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}metrics");
        await tab.Page.GetByText("Tests.Meter").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "rpc.server.call.duration" }).ClickAsync();

        await Assertions.Expect(tab.Page.Locator("svg.chart path.series")).ToHaveCountAsync(3);
        await Assertions.Expect(tab.Page.Locator("dl.facts")).ToContainTextAsync("P99");
        await tab.Page.GetByLabel("Une courbe par").SelectOptionAsync("rpc.method");
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("by=rpc.method", default, TimeSpan.FromSeconds(1)));
        await tab.Page.Locator("table a[href^='/traces/']").First.ClickAsync();
        await Assertions.Expect(tab.Page.Locator("tr.chosen")).ToContainTextAsync("SubmitCase");
    }

    [Fact]
    public async Task One_text_finds_logs_and_traces()
    {
        await using var dashboard = await RunningDashboard.Start();
        await SendJourney(dashboard);
        await dashboard.Telemetry.Post("logs", Sent.Logs("intake", Sent.Log("Séance complète à Amiens")));
        await dashboard.Telemetry.Written();
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}");

        await tab.Page.Keyboard.PressAsync("/");
        await tab.Page.Keyboard.TypeAsync("seance amiens");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync("Séance complète à Amiens");

        await tab.Page.GotoAsync($"{dashboard.Address}search?q=ledger");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "post ledger" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_stored_is_shown_and_removed_at_a_word()
    {
        await using var dashboard = await RunningDashboard.Start();
        await SendJourney(dashboard);
        await using var tab = await browser.Open();
        await tab.Page.GotoAsync($"{dashboard.Address}usage");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Row, new() { Name = "Étapes" })).ToContainTextAsync("4");
        await Assertions.Expect(tab.Page.Locator("dl.facts")).ToContainTextAsync("Mémoire du processus");
        tab.Page.Dialog += async (_, dialog) => await dialog.AcceptAsync();

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Effacer toute la télémétrie" }).ClickAsync();

        await tab.Page.GotoAsync($"{dashboard.Address}traces");
        await Assertions.Expect(tab.Page.Locator("main")).ToContainTextAsync("Rien ne correspond");
    }

    /// <summary>Trace 1: the request, what it published, the consumer in Scheduling, the ledger in Indemnisation, which fails.</summary>
    internal static async Task SendJourney(RunningDashboard dashboard)
    {
        var now = Sent.Now;
        var ledger = Sent.Span(1, 4, 3, "post ledger", now, start: 60, length: 30);
        ledger.Status = new Status { Code = Status.Types.StatusCode.Error, Message = "no envelope" };
        ledger.Attributes.Add(Sent.Tag("lines", "3"));
        ledger.Events.Add(new Span.Types.Event { Name = "envelope locked", TimeUnixNano = now + 65_000_000 });
        ledger.Links.Add(new Span.Types.Link { TraceId = Sent.TraceId(99), SpanId = Sent.SpanId(99) });
        await dashboard.Telemetry.Post("traces", Sent.Spans("intake", Sent.Span(1, 1, null, "intake.v1/SubmitCase", now, length: 20), Sent.Span(1, 2, 1, "publish", now, start: 25, length: 5)));
        await dashboard.Telemetry.Post("traces", Sent.Spans("scheduling", Sent.Span(1, 3, 2, "consume", now, start: 40, length: 15)));
        await dashboard.Telemetry.Post("traces", Sent.Spans("indemnisation", ledger));
        await dashboard.Telemetry.Written();
    }

    internal static Metric Histogram(string name)
    {
        var at = Sent.Now;
        return new Metric
        {
            Name = name,
            Unit = "s",
            Histogram = new OpenTelemetry.Proto.Metrics.V1.Histogram
            {
                AggregationTemporality = AggregationTemporality.Delta,
                DataPoints =
                {
                    new HistogramDataPoint
                    {
                        StartTimeUnixNano = at - 1_000_000_000, TimeUnixNano = at, Count = 100, Sum = 3, ExplicitBounds = { 0.01, 0.05, 0.1 }, BucketCounts = { 60, 30, 8, 2 },
                        Attributes = { Sent.Tag("rpc.method", "SubmitCase"), Sent.Tag("rpc.grpc.status_code", "0") },
                        Exemplars = { new OpenTelemetry.Proto.Metrics.V1.Exemplar { AsDouble = 0.02, TimeUnixNano = at, TraceId = Sent.TraceId(1), SpanId = Sent.SpanId(1) } },
                    },
                },
            },
        };
    }
}
