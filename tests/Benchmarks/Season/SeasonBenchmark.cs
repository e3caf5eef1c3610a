using System.Diagnostics;
using Intervision.Scheduling.Tests;
using Intervision.Scheduling.V1;
using Intervision.ServiceDefaults.Grpc;
using Intervision.ServiceDefaults.Time;
using Intervision.Tests.Support;

namespace Intervision.Benchmarks.Season;

/// <summary>What a season costs to plan and to look at.</summary>
/// <param name="SeasonPlannedMs">The season of the region's 20 pôles of one programme, planned and stored.</param>
/// <param name="Sessions">Of the region in its year.</param>
/// <param name="RegionYearP99Ms">All of them in one page of ListSessions, with agendas and invitations.</param>
/// <param name="PoleYearP99Ms">Those of one pôle.</param>
/// <param name="RepairP99Ms">ProposeRepair, each kind of incident in turn.</param>
/// <param name="RegionPlanMs">ProposePlan of the whole region with the usual number of iterations.</param>
internal sealed record SeasonFigures(
    double SeasonPlannedMs, int Sessions, int Items, int Invited, double RegionYearP50Ms, double RegionYearP99Ms, double PoleYearP50Ms, double PoleYearP99Ms,
    double RepairP50Ms, double RepairP99Ms, double RegionPlanMs, string Method);

internal static class SeasonBenchmark
{
    private const string Method =
        "Private PostgreSQL 15 (fsync on), Scheduling in its own process and the caller on this machine's cores, one HTTP/2 connection; the sample region's 21 pôles, organisations and people. "
        + "Planning: PlanSeason for each of the 20 pôles of ADDICTIONS, one call after the other, median of three seasons (after one for warm-up), each new. "
        + "Then the region's cases are placed, agendas frozen ten days before and sessions convened; vacuum analyze. Open loop, latency from the intended instant of the call: "
        + "ListSessions of the whole region's year in one page 20/s for 20 s, of a random pôle's year 200/s for 20 s, after 5 s of warm-up each. "
        + "Then ProposeRepair 10/s for 20 s, the kinds of incidents in turn on the region's convened and planned sessions, seen from the summer; "
        + "ProposePlan of the region's season, the second of two calls.";

    private static readonly DateTimeOffset Summer = new(2026, 8, 1, 8, 0, 0, TimeSpan.Zero);

    public static async Task<SeasonFigures> Run()
    {
        await using var postgres = await TestPostgres.StartNew(durable: true);
        await using var process = await SchedulingProcess.Start(postgres, "season");
        var planned = await Plan(process.Scheduling);
        await process.CasesAreReady();
        await Convene(process.Scheduling);
        await process.Analyse();

        var year = (await process.Scheduling.ListSessionsAsync(Year(""), Tokens.As(Tokens.Coordinator()))).Sessions;
        var poles = SampleRegion.Poles;
        var random = new Random(5);
        var asked = Enumerable.Range(0, 10_000).Select(_ => Year(poles[random.Next(poles.Count)])).ToList();
        var region = await Read(20, _ => Year(""));
        var pole = await Read(200, n => asked[n]);
        var repair = await RepairBenchmark.Measure(process.Planning, year);
        var plan = await RepairBenchmark.Plan(process.Planning);
        return new SeasonFigures(
            planned, year.Count, year.Sum(s => s.Items.Count), year.Sum(s => s.Invitations.Count), region.P50, region.P99, pole.P50, pole.P99,
            repair.P50, repair.P99, plan, Method);

        async Task<Percentiles> Read(int perSecond, Func<int, ListSessionsRequest> request) => Percentiles.Of(await OpenLoop.Measure(
            perSecond, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20),
            async n => await process.Scheduling.ListSessionsAsync(request(n), Tokens.As(Tokens.Coordinator()))));
    }

    /// <summary>Milliseconds for a season; the last planned is the one that is then lived.</summary>
    private static async Task<double> Plan(SchedulingService.SchedulingServiceClient scheduling)
    {
        var took = new List<double>();
        foreach (var years in new[] { 3, 2, 1, 0 })
        {
            var clock = Stopwatch.StartNew();
            foreach (var pole in SampleRegion.Poles.Where(p => p != "poles/L01"))
            {
                await scheduling.PlanSeasonAsync(
                    new PlanSeasonRequest
                    {
                        RequestId = NewRequest(), Pole = pole,
                        FirstDate = SampleRegion.First.AddYears(years).ToProto(), LastDate = SampleRegion.Last.AddYears(years).ToProto(),
                    },
                    Tokens.As(Tokens.Coordinator(), Summer));
            }

            took.Add(clock.Elapsed.TotalMilliseconds);
            Console.WriteLine($"A season of 20 pôles planned in {took[^1]:F0} ms");
        }

        return Math.Round(took[1..].Order().ElementAt(1), 1);
    }

    private static async Task Convene(SchedulingService.SchedulingServiceClient scheduling)
    {
        foreach (var pole in SampleRegion.Poles)
        {
            await scheduling.PlaceReadyCasesAsync(new PlaceReadyCasesRequest { RequestId = NewRequest(), Pole = pole }, Tokens.As(Tokens.Coordinator(), Summer.AddDays(1)));
        }

        foreach (var session in (await scheduling.ListSessionsAsync(Year(""), Tokens.As(Tokens.Coordinator()))).Sessions.Where(s => s.Items.Count > 0))
        {
            var tenDaysBefore = Tokens.As(Tokens.Coordinator(), session.StartInstant.ToDateTimeOffset().AddDays(-10));
            var frozen = (await scheduling.FreezeAgendaAsync(new FreezeAgendaRequest { RequestId = NewRequest(), Name = session.Name, Etag = session.Etag }, tenDaysBefore)).Session;
            if (frozen.State == SessionState.Planned)
            {
                await scheduling.ConveneSessionAsync(
                    new ConveneSessionRequest { RequestId = NewRequest(), Name = frozen.Name, Etag = frozen.Etag, ExpertWaiverReason = "Mesure" }, tenDaysBefore);
            }
        }
    }

    private static ListSessionsRequest Year(string pole) => new()
    {
        PageSize = 1000, Pole = pole, FromDate = SampleRegion.First.ToProto(), ToDate = SampleRegion.First.AddYears(1).AddDays(-1).ToProto(),
    };

    private static string NewRequest() => Guid.CreateVersion7().ToString();
}
